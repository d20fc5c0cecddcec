/** Lists of senders as operators write them: `ACME`, `4477*`, `*` for all, '' for none given. */
import { isDigits, numberKey, readSenderNumber, withoutPlus } from '@chappe/protocol';

/** One pattern taken apart. */
export interface SenderPattern {
  /** Without plus and star; a number as its digits. */
  readonly text: string;
  /** As it stands, without star: a name may look like a number in groups, as `0800-123456`. */
  readonly written: string;
  /** Whether the sender only begins with it. */
  readonly isPrefix: boolean;
}

/** A compiled list. */
export interface SenderList {
  readonly exact: ReadonlySet<string>;
  readonly numbers: readonly Prefixes[];
  readonly names: readonly Prefixes[];
}

/** Prefixes of one length, so that 10,000 of them cost a few look-ups. Shorter ones come first. */
interface Prefixes {
  readonly length: number;
  readonly texts: ReadonlySet<string>;
}

/** A sender has at most 20 characters on the wire; 65 where a decoder is lenient (SMPP 5.0 4.7.8). */
const maxPatternCharacters = 65;
const maxPatterns = 100_000;

/** Takes a pattern apart. Throws a RangeError; `where` names the entry in it. */
export function parseSenderPattern(pattern: string, where: string): SenderPattern {
  const star = pattern.indexOf('*');
  if (pattern.length > maxPatternCharacters || (star >= 0 && star !== pattern.length - 1)) {
    throw new RangeError(
      `${where}: "${pattern}" is no sender; write it as it is, or its beginning with one * at the end`,
    );
  }
  const isPrefix = star >= 0;
  const text = isPrefix ? pattern.slice(0, -1) : pattern;
  // `7-11` is a name; of a beginning nobody can say how many digits will follow.
  const key = isPrefix ? numberKey(text) : (readSenderNumber(text)?.digits ?? text);
  return { text: key, written: text, isPrefix };
}

/** Compiles a list. Throws a RangeError; `where` names the entry in it. */
export function compileSenders(patterns: readonly string[], where: string): SenderList {
  if (patterns.length > maxPatterns) throw new RangeError(`${where}: at most ${maxPatterns} senders`);
  const exact = new Set<string>();
  const numbers: string[] = [];
  const names: string[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const { text, written, isPrefix } = parseSenderPattern(pattern, `${where}[${index}]`);
    if (!isPrefix) exact.add(text).add(written);
    else if (isDigits(text)) numbers.push(text);
    else names.push(text);
  }
  return { exact, numbers: byLength(numbers), names: byLength(names) };
}

/**
 * Whether the sender is in the list. Letters count as they are written: `acme` is not `ACME`. `4477*` holds numbers
 * only: the name `4477 YOUR BANK` is none of that range.
 */
export function holdsSender(list: SenderList, sender: string): boolean {
  const bare = withoutPlus(sender);
  if (list.exact.has(bare) || beginsWithOne(list.names, bare)) return true;
  return list.numbers.length > 0 && isDigits(bare) && beginsWithOne(list.numbers, bare);
}

function beginsWithOne(prefixes: readonly Prefixes[], sender: string): boolean {
  for (const { length, texts } of prefixes) {
    if (length > sender.length) return false;
    if (texts.has(sender.slice(0, length))) return true;
  }
  return false;
}

function byLength(texts: readonly string[]): Prefixes[] {
  const found = new Map<number, Set<string>>();
  for (const text of texts) {
    found.set(text.length, (found.get(text.length) ?? new Set<string>()).add(text));
  }
  return [...found].map(([length, set]) => ({ length, texts: set })).sort((a, b) => a.length - b.length);
}
