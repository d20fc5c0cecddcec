/**
 * address_range of a bind (SMPP 3.4 5.2.7): one address, or a UNIX-like regular expression over addresses.
 *
 * The pattern is text of a peer, so it never becomes a RegExp: it is compiled to a small automaton whose
 * cost is (pattern octets x address digits), whatever both contain. Understood: literals, `.`, `[0-9]`,
 * `[^0-9]`, `\d`, `\` before a literal, `*`, `+`, `?`, `|`, `( )`, `^`, `$`. A range is always anchored at its
 * beginning, because numbering ranges are leading digits: `4477` holds 447700900123, and so do `^4477` and
 * `44.*123$`; `12345$` holds that number alone.
 */
import { withoutPlus } from '@chappe/protocol';

/** A compiled address_range. */
export interface AddressRange {
  /** The pattern as the peer wrote it. */
  readonly pattern: string;
  /** What every address in it begins with; may be empty. */
  readonly literal: string;
  /** Number of leading literal digits: of two ranges that hold a number the longer one is more specific. */
  readonly specificity: number;
  /** True when the address lies inside the range. A leading `+` of the address is ignored. */
  matches(address: string): boolean;
}

// 41 octets with the NUL in SMPP 3.4 5.2.7; lenient decoding may let longer ones through, the automaton does not.
const maxPatternCharacters = 64;
// Each character makes at most two instructions; nesting costs stack in the compiler.
const maxNesting = 8;

type Step =
  | { readonly kind: 'class'; readonly holds: (code: number) => boolean }
  | { kind: 'split'; first: number; second: number }
  | { kind: 'jump'; to: number }
  | { readonly kind: 'tail' }
  | { readonly kind: 'end' };

type Program = readonly Step[];

/**
 * Compiles an address_range. `undefined`: the pattern is empty (no range given) or uses something outside the
 * subset (`{2,3}`, an unclosed bracket): such a bind serves no range of numbers, and is otherwise a good bind.
 */
export function compileAddressRange(pattern: string): AddressRange | undefined {
  const text = pattern.startsWith('+') ? pattern.slice(1) : pattern;
  if (text === '' || text.length > maxPatternCharacters) return undefined;
  const literal = leadingLiteral(text);
  if (literal.length === text.length) {
    return {
      pattern,
      literal,
      specificity: literal.length,
      matches: (address) => withoutPlus(address).startsWith(literal),
    };
  }
  const program = new Compiler(text).compile();
  if (program === undefined) return undefined;
  const anchored = text.startsWith('^') ? text.slice(1) : text;
  const beginning = leadingLiteral(anchored);
  return {
    pattern,
    literal: beginning,
    specificity: beginning.length + (text.endsWith('$') ? 1 : 0),
    matches: (address) => run(program, withoutPlus(address)),
  };
}

function leadingLiteral(text: string): string {
  let end = 0;
  while (end < text.length && isLiteral(text.charCodeAt(end))) end += 1;
  // A quantifier binds to the literal before it, and an alternative makes the literal optional.
  const next = text[end];
  if (next === '*' || next === '?') end -= 1;
  return text.includes('|') ? '' : text.slice(0, Math.max(end, 0));
}

function isLiteral(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code > 0x7f ||
    code === 0x20 ||
    code === 0x2d ||
    code === 0x23 ||
    code === 0x40 ||
    code === 0x5f
  );
}

/** Recursive descent over the pattern, one instruction list out (after Thompson's construction). */
class Compiler {
  readonly #text: string;
  #at = 0;
  #nesting = 0;
  #steps: Step[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  compile(): Program | undefined {
    if (!this.#alternatives() || this.#at !== this.#text.length) return undefined;
    this.#steps.push({ kind: 'end' });
    return this.#steps;
  }

  #alternatives(): boolean {
    const start = this.#steps.length;
    if (!this.#sequence()) return false;
    const jumps: { kind: 'jump'; to: number }[] = [];
    let from = start;
    while (this.#text[this.#at] === '|') {
      this.#at += 1;
      this.#insert(from, { kind: 'split', first: from + 1, second: 0 });
      const jump = { kind: 'jump' as const, to: 0 };
      this.#steps.push(jump);
      jumps.push(jump);
      const split = this.#steps[from];
      if (split?.kind === 'split') split.second = this.#steps.length;
      from = this.#steps.length;
      if (!this.#sequence()) return false;
    }
    for (const jump of jumps) jump.to = this.#steps.length;
    return true;
  }

  #sequence(): boolean {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === '|' || character === ')') return true;
      if (character === '^') {
        this.#at += 1;
        continue;
      }
      if (character === '$') {
        this.#at += 1;
        this.#steps.push({ kind: 'tail' });
        continue;
      }
      if (!this.#quantified()) return false;
    }
    return true;
  }

  #quantified(): boolean {
    const start = this.#steps.length;
    if (!this.#atom()) return false;
    const quantifier = this.#text[this.#at];
    if (quantifier === '*') {
      this.#insert(start, { kind: 'split', first: start + 1, second: this.#steps.length + 2 });
      this.#steps.push({ kind: 'jump', to: start });
    } else if (quantifier === '+') {
      this.#steps.push({ kind: 'split', first: start, second: this.#steps.length + 1 });
    } else if (quantifier === '?') {
      this.#insert(start, { kind: 'split', first: start + 1, second: this.#steps.length + 1 });
    } else return true;
    this.#at += 1;
    const again = this.#text[this.#at];
    return again !== '*' && again !== '+' && again !== '?';
  }

  #atom(): boolean {
    const character = this.#text[this.#at] ?? '';
    if (character === '(') return this.#group();
    if (character === '[') return this.#characterClass();
    this.#at += 1;
    if (character === '.') return this.#class(() => true);
    if (character === '\\') {
      const escaped = this.#text[this.#at];
      if (escaped === undefined) return false;
      this.#at += 1;
      if (escaped === 'd') return this.#class((code) => code >= 0x30 && code <= 0x39);
      const wanted = escaped.charCodeAt(0);
      return this.#class((code) => code === wanted);
    }
    const wanted = character.charCodeAt(0);
    if (!isLiteral(wanted)) return false;
    return this.#class((code) => code === wanted);
  }

  #group(): boolean {
    this.#nesting += 1;
    if (this.#nesting > maxNesting) return false;
    this.#at += 1;
    if (!this.#alternatives() || this.#text[this.#at] !== ')') return false;
    this.#at += 1;
    this.#nesting -= 1;
    return true;
  }

  #characterClass(): boolean {
    const close = this.#text.indexOf(']', this.#at + 1);
    if (close < 0) return false;
    let body = this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    const negated = body.startsWith('^');
    if (negated) body = body.slice(1);
    if (body === '') return false;
    const ranges: [number, number][] = [];
    for (let i = 0; i < body.length; i += 1) {
      const low = body.charCodeAt(i);
      if (body[i + 1] === '-' && i + 2 < body.length) {
        ranges.push([low, body.charCodeAt(i + 2)]);
        i += 2;
      } else ranges.push([low, low]);
    }
    return this.#class((code) => ranges.some(([low, high]) => code >= low && code <= high) !== negated);
  }

  #class(holds: (code: number) => boolean): boolean {
    this.#steps.push({ kind: 'class', holds });
    return true;
  }

  /** Puts a step before those already written. What led to the old step from outside leads to the new one. */
  #insert(index: number, step: Step): void {
    for (let at = 0; at < this.#steps.length; at += 1) {
      const other = this.#steps[at];
      const moved = (target: number): number =>
        target > index || (target === index && at >= index) ? target + 1 : target;
      if (other?.kind === 'jump') other.to = moved(other.to);
      if (other?.kind === 'split') {
        other.first = moved(other.first);
        other.second = moved(other.second);
      }
    }
    this.#steps.splice(index, 0, step);
  }
}

function run(program: Program, address: string): boolean {
  let now = new Set<number>();
  if (enter(program, 0, now, address.length === 0)) return true;
  for (let i = 0; i < address.length; i += 1) {
    const code = address.charCodeAt(i);
    const last = i === address.length - 1;
    const next = new Set<number>();
    for (const index of now) {
      const step = program[index];
      if (step?.kind === 'class' && step.holds(code) && enter(program, index + 1, next, last)) return true;
    }
    if (next.size === 0) return false;
    now = next;
  }
  return false;
}

/** Follows jumps and splits from one step; true when the end of the pattern is reached. */
function enter(program: Program, index: number, into: Set<number>, atAddressEnd: boolean): boolean {
  const pending = [index];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (into.has(next)) continue;
    into.add(next);
    const step = program[next];
    if (step?.kind === 'end') return true;
    if (step?.kind === 'tail' && atAddressEnd) pending.push(next + 1);
    if (step?.kind === 'jump') pending.push(step.to);
    if (step?.kind === 'split') pending.push(step.second, step.first);
  }
  return false;
}
