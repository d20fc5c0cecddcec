/**
 * The ends of texts that were cut here and have one id for their sender: which segment's end calls for a receipt, and
 * what it says. The receipt is stored in the same commit as that end, so the other segments must be known before.
 */
import type { Center, Message, MessageId, MessageState } from '@chappe/center';
import { readGroupOf } from '../message/content.ts';
import { groupOf } from '../message/groups.ts';
import { errorWordOf, type OperatorReport } from '../message/operator-report.ts';
import { isFinal } from '../message/states.ts';

/** When the receipts of a text in several segments are made, of those that have one id. */
export type LongReceipts = 'all' | 'first' | 'last' | 'aggregate';

/** How a segment ended. */
export interface End {
  readonly state: MessageState;
  readonly error: number;
  /** When, epoch milliseconds. */
  readonly atMs: number;
  /** What an operator's receipt said beside it. */
  readonly report: OperatorReport | undefined;
}

interface Text {
  /** By index; undefined: it has not ended. */
  readonly ends: (End | undefined)[];
  /** One id for all: else each segment is a message of its own. */
  readonly isOne: boolean;
}

// Texts whose segments are ending; one that is forgotten is read again.
const maxTexts = 10_000;

/** Keeps count of ends. */
export class SegmentEnds {
  readonly #center: Center;
  /** By the id of the first segment. */
  readonly #texts: Map<MessageId, Text> = new Map();

  constructor(center: Center) {
    this.#center = center;
  }

  /** Sees that the segments of a message's text are known; undefined: they are. */
  know(message: Message): Promise<void> | undefined {
    const first = firstOf(message);
    if (first === undefined || this.#texts.has(first)) return undefined;
    return groupOf(this.#center, message).then((segments) => {
      if (!this.#texts.has(first)) this.#remember(first, segments, message);
    });
  }

  /** A segment has ended: the end to tell of, or undefined when none is to be told (yet). */
  ended(message: Message, end: End, policy: LongReceipts): End | undefined {
    const group = readGroupOf(message.content);
    const text = group?.kind === 'segments' ? this.#texts.get(message.id - group.index) : undefined;
    if (group === undefined || text === undefined || !text.isOne) return end;
    text.ends[group.index] = end;
    switch (policy) {
      case 'all':
        return end;
      case 'first':
        return group.index === 0 ? end : undefined;
      case 'last':
        return group.index === group.count - 1 ? end : undefined;
      case 'aggregate':
        return this.#whole(message.id - group.index, text);
    }
  }

  #whole(first: MessageId, { ends }: Text): End | undefined {
    if (ends.includes(undefined)) return undefined;
    this.#texts.delete(first);
    return endOfWhole(ends.filter((end) => end !== undefined));
  }

  #remember(first: MessageId, segments: readonly Message[], ending: Message): void {
    const count = readGroupOf(ending.content)?.count ?? 1;
    const ends = new Array<End | undefined>(count).fill(undefined);
    for (const segment of segments) {
      const index = readGroupOf(segment.content)?.index ?? 0;
      // One that is not there any more has ended long ago; the one that is ending now tells by itself.
      if (segment.id !== ending.id && isFinal(segment.state)) ends[index] = endOf(segment);
    }
    const isOne = segments.some(({ id, head }) => head !== id);
    this.#texts.set(first, { ends, isOne });
    if (this.#texts.size <= maxTexts) return;
    const eldest = this.#texts.keys().next();
    if (eldest.done !== true) this.#texts.delete(eldest.value);
  }
}

/** What is told of a whole by the ends of all its segments; undefined: it has none. */
function endOfWhole(ends: readonly End[]): End | undefined {
  const telling = ends.find(({ state }) => state !== 'delivered') ?? ends[0];
  // The whole is over when the last segment is.
  const atMs = ends.reduce((latest, end) => Math.max(latest, end.atMs), 0);
  return telling === undefined ? undefined : { ...telling, atMs };
}

/** The ends that are to be told of a message that is over. `pieces`: all that are stored of it, in order. */
export function endsToTell(
  pieces: readonly Message[],
  policy: LongReceipts,
): readonly { readonly message: Message; readonly end: End }[] {
  const all = pieces.map((message) => ({ message, end: endOf(message) }));
  const [first] = all;
  const isText = first !== undefined && readGroupOf(first.message.content)?.kind === 'segments';
  if (!isText || policy === 'all' || pieces.every(({ id, head }) => head === id)) return all;
  const whole = endOfWhole(all.map(({ end }) => end));
  switch (policy) {
    case 'first':
      return [first];
    case 'last':
      return all.slice(-1);
    case 'aggregate':
      return whole === undefined ? [] : [{ ...first, end: whole }];
  }
}

/** The end of a segment as it is stored; the TLVs of its receipt are not. */
function endOf({ state, error, doneMs, operatorError }: Message): End {
  const errorWord = errorWordOf(operatorError);
  return {
    state,
    error,
    atMs: doneMs,
    report: errorWord === undefined ? undefined : { errorWord, tlvs: [] },
  };
}

function firstOf(message: Message): MessageId | undefined {
  const group = readGroupOf(message.content);
  return group === undefined || group.count < 2 ? undefined : message.id - group.index;
}
