/** Which characters of a text cost more than others, and the text without them. */
import { countSegments, encodeText, gsmSafeText, readUdh, type SegmentMethod } from '@chappe/protocol';

/** A character that costs, and where it stands. */
export interface CostlyCharacter {
  readonly character: string;
  /** `U+20AC`. */
  readonly codePoint: string;
  readonly count: number;
  /** In UTF-16 units from 0, the first ones. */
  readonly positions: readonly number[];
}

/** All characters that cost. */
export interface TextCost {
  /** GSM 7-bit has none of them: one is enough to make the text UCS-2. In the order of the text. */
  readonly forcing: readonly CostlyCharacter[];
  /** In GSM 7-bit they take two septets. */
  readonly extended: readonly CostlyCharacter[];
  /** Characters beyond those that are listed. */
  readonly others: number;
}

/** What stands for a character. */
export interface ReplacedCharacter {
  readonly character: string;
  readonly by: string;
  readonly count: number;
}

/** The text in GSM 7-bit. */
export interface FittingText {
  readonly text: string;
  readonly coding: 'gsm7';
  readonly segments: number;
  readonly replaced: readonly ReplacedCharacter[];
}

// As many as a person looks at; a text of 65,536 Chinese characters has thousands.
const maxCharacters = 50;
const maxPositions = 20;
const noHeader = new Uint8Array(0);

interface Found {
  count: number;
  readonly positions: number[];
}

/** Looks for the characters that cost. */
export function textCostOf(text: string): TextCost {
  const septets = remembered((character) => {
    const { bytes, unmappable } = encodeText(character, 'gsm7');
    return unmappable.length > 0 ? 0 : bytes.length;
  });
  const forcing = new Map<string, Found>();
  const extended = new Map<string, Found>();
  let at = 0;
  for (const character of text) {
    const taken = septets(character);
    if (taken !== 1) note(taken === 0 ? forcing : extended, character, at);
    at += character.length;
  }
  const left = (all: ReadonlyMap<string, Found>) => Math.max(0, all.size - maxCharacters);
  return { forcing: listed(forcing), extended: listed(extended), others: left(forcing) + left(extended) };
}

/** The same text in GSM 7-bit, by what a reader takes for the same; undefined where a character has no such thing. */
export function fittingTextOf(
  text: string,
  method: SegmentMethod | undefined,
  udh: Uint8Array = noHeader,
): FittingText | undefined {
  const fitting = gsmSafeText(text);
  if (fitting === undefined) return undefined;
  const near = remembered((character) => gsmSafeText(character) ?? character);
  const counts = new Map<string, number>();
  // Composed first, as there: an accent that stands apart is no character that is replaced.
  for (const character of text.normalize('NFC')) {
    if (near(character) !== character) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const replaced = [...counts].map(([character, count]) => ({ character, by: near(character), count }));
  const elements = readUdh(udh)?.elements;
  const { segments } = countSegments(fitting, { coding: 'gsm7', method, elements });
  return { text: fitting, coding: 'gsm7', segments, replaced: replaced.slice(0, maxCharacters) };
}

/** Texts say the same characters again and again. */
function remembered<T>(ask: (character: string) => T): (character: string) => T {
  const known = new Map<string, T>();
  return (character) => {
    let answer = known.get(character);
    if (answer === undefined) {
      answer = ask(character);
      known.set(character, answer);
    }
    return answer;
  };
}

function note(all: Map<string, Found>, character: string, at: number): void {
  const found = all.get(character) ?? { count: 0, positions: [] };
  found.count += 1;
  if (found.positions.length < maxPositions) found.positions.push(at);
  all.set(character, found);
}

function listed(all: ReadonlyMap<string, Found>): CostlyCharacter[] {
  return [...all].slice(0, maxCharacters).map(([character, { count, positions }]) => ({
    character,
    codePoint: `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    count,
    positions,
  }));
}
