/**
 * The ids of an upstream, which writes one id in several ways: with zeros before it in the response and without in the
 * receipt, in capitals and small letters, in hexadecimal and decimal. Never through a number: ids of 19 digits exist.
 */

/** How an upstream's ids in receipts relate to those in its responses. */
export type IdRelation = 'same' | 'hex-dec' | 'dec-hex';

/** All relations, surest first. */
export const idRelations: readonly IdRelation[] = ['same', 'hex-dec', 'dec-hex'];

// message_id has 64 characters at most (SMPP 3.4 5.2.23); longer ones are taken as they are.
const longest = 64;

/** 10: decimal digits only; 16: hexadecimal ones; 0: anything else. */
function baseOf(id: string): 0 | 10 | 16 {
  if (id.length === 0 || id.length > longest) return 0;
  let base: 10 | 16 = 10;
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) continue;
    const letter = code | 0x20;
    if (letter < 0x61 || letter > 0x66) return 0;
    base = 16;
  }
  return base;
}

/** Under which an id is kept: numbers without zeros before them and in small letters; others as they are. */
export function canonicalId(id: string): string {
  const base = baseOf(id);
  if (base === 0) return id;
  let zeros = 0;
  while (zeros < id.length - 1 && id.charCodeAt(zeros) === 0x30) zeros += 1;
  const short = zeros === 0 ? id : id.slice(zeros);
  return base === 16 ? short.toLowerCase() : short;
}

/** What the response called it, given what the receipt calls it; undefined where the relation cannot hold. */
export function referenceBy(relation: IdRelation, id: string): string | undefined {
  if (relation === 'same') return canonicalId(id);
  const base = baseOf(id);
  if (relation === 'hex-dec') return base === 10 ? BigInt(id).toString(16) : undefined;
  return base === 0 ? undefined : BigInt(`0x${id}`).toString();
}

/** What a receipt's message may be called. */
export interface Candidate {
  readonly relation: IdRelation;
  /** As the receipt writes it. */
  readonly id: string;
  /** As the message has it. */
  readonly reference: string;
}

/** All that a receipt with these ids may mean, by these relations, in their order. */
export function candidatesOf(ids: readonly string[], relations: readonly IdRelation[]): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const relation of relations) {
    for (const id of ids) {
      const reference = referenceBy(relation, id);
      if (reference !== undefined) candidates.push({ relation, id, reference });
    }
  }
  return candidates;
}
