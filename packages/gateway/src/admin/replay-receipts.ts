/** The receipts of a time, made once more: for a customer whose program was away, or has lost them. */
import { setImmediate } from 'node:timers/promises';
import { type Center, CenterError, type Draft, type Message, type MessageState } from '@chappe/center';
import type { ReceiptWriter } from '../egress/receipt-writer.ts';
import { readGroupOf } from '../message/content.ts';
import { piecesOf } from '../message/groups.ts';
import { isFinal } from '../message/states.ts';

/** Which receipts. Epoch milliseconds; messages count by when they were accepted. */
export interface ReceiptReplay {
  readonly account: string;
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  /** Only of messages that ended so; undefined: of all. */
  readonly states?: readonly MessageState[] | undefined;
  /** False: they are only counted. */
  readonly isConfirmed: boolean;
  /** Receipts made at most. */
  readonly limit: number;
  /** `next` of the call before. */
  readonly beforeId?: number | undefined;
}

/**
 * Where it stopped before the end: after as many as were asked for, at the limit of receipts that may wait for the account,
 * after as many messages as are looked at in one call, or as the store takes no more.
 */
export type ReplayStop = 'limit' | 'account-limit' | 'looked-at' | 'full';

/** What was found, or made. */
export interface ReplayedReceipts {
  readonly messages: number;
  readonly receipts: number;
  /** When the eldest and the newest of these messages were accepted; undefined: there are none. */
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
  /** Undefined: that was all. */
  readonly stop: ReplayStop | undefined;
  /** Where to go on; undefined: that was all. */
  readonly next: number | undefined;
}

const pageMessages = 500;
/** Messages that one call looks at. */
const maxLookedAt = 100_000;
// One commit; everybody else has a turn between two.
const batchReceipts = 200;

/** One message whose receipts are to be made. */
interface Due {
  readonly pieces: readonly Message[];
  readonly drafts: readonly Draft[];
}

/** Finds them, newest first, and makes them where that is confirmed. */
export async function replayReceipts(
  replay: ReceiptReplay,
  center: Center,
  writer: ReceiptWriter,
): Promise<ReplayedReceipts> {
  const run = new Run(replay, center, writer);
  let beforeId = replay.beforeId;
  for (let lookedAt = 0; ; ) {
    const { account, fromMs: afterMs, untilMs: beforeMs } = replay;
    const query = { kinds: ['mt' as const], account, afterMs, beforeMs, limit: pageMessages, beforeId };
    const page = await center.search(query);
    for (const message of page.messages) {
      if (!isFirst(message)) continue;
      const stop = await run.take(message);
      if (stop !== undefined) return run.result(stop);
    }
    lookedAt += page.messages.length;
    beforeId = page.nextBeforeId;
    if (beforeId === undefined) break;
    if (lookedAt >= maxLookedAt) return run.lookedAt(beforeId);
    await setImmediate();
  }
  return run.result(await run.flush());
}

class Run {
  readonly #replay: ReceiptReplay;
  readonly #center: Center;
  readonly #writer: ReceiptWriter;
  #batch: Due[] = [];
  #batched = 0;
  #messages = 0;
  #receipts = 0;
  #oldestMs: number | undefined;
  #newestMs: number | undefined;
  /** Where the next call begins: at the message that was not done. */
  #next: number | undefined;

  constructor(replay: ReceiptReplay, center: Center, writer: ReceiptWriter) {
    this.#replay = replay;
    this.#center = center;
    this.#writer = writer;
  }

  /** A message; why it goes no further. */
  async take(first: Message): Promise<ReplayStop | undefined> {
    const pieces = await piecesOf(this.#center, first);
    const drafts = this.#draftsOf(pieces);
    if (drafts.length === 0) return undefined;
    const { isConfirmed, limit, account } = this.#replay;
    if (!isConfirmed) {
      this.#count({ pieces, drafts });
      return undefined;
    }
    const made = this.#receipts + this.#batched;
    // One message goes whole, or a limit below its number of receipts would never let it pass.
    const isOverLimit = made > 0 && made + drafts.length > limit;
    const isOverRoom = this.#batched + drafts.length > this.#writer.roomFor(account);
    if (isOverLimit || isOverRoom) {
      const failed = await this.flush();
      if (failed !== undefined) return failed;
      this.#goOnAt(pieces);
      return isOverLimit ? 'limit' : 'account-limit';
    }
    this.#batch.push({ pieces, drafts });
    this.#batched += drafts.length;
    return this.#batched < batchReceipts ? undefined : this.flush();
  }

  /** Stores what has come together. */
  async flush(): Promise<ReplayStop | undefined> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batched = 0;
    const [first] = batch;
    if (first === undefined) return undefined;
    try {
      await this.#center.submitAll(batch.flatMap(({ drafts }) => drafts));
    } catch (error) {
      // What was made before is made, and whoever asked is told so.
      if (!(error instanceof CenterError) || this.#receipts === 0) throw error;
      this.#goOnAt(first.pieces);
      return 'full';
    }
    for (const due of batch) {
      this.#count(due);
      const [{ id }] = due.pieces as readonly [Message, ...Message[]];
      await this.#center.note(id, 'receipt-again', 'via=http replay=1');
    }
    await setImmediate();
    return undefined;
  }

  async lookedAt(beforeId: number): Promise<ReplayedReceipts> {
    const stop = await this.flush();
    this.#next ??= beforeId;
    return this.result(stop ?? 'looked-at');
  }

  result(stop: ReplayStop | undefined): ReplayedReceipts {
    return {
      messages: this.#messages,
      receipts: this.#receipts,
      oldestMs: this.#oldestMs,
      newestMs: this.#newestMs,
      stop,
      next: this.#next,
    };
  }

  #draftsOf(pieces: readonly Message[]): readonly Draft[] {
    const { states } = this.#replay;
    if (pieces.some(({ state }) => !isFinal(state))) return [];
    const state = pieces.find((one) => one.state !== 'delivered')?.state ?? 'delivered';
    return states === undefined || states.includes(state) ? this.#writer.again(pieces, false) : [];
  }

  #count({ pieces, drafts }: Due): void {
    const { acceptedMs } = pieces[0] as Message;
    this.#messages += 1;
    this.#receipts += drafts.length;
    this.#oldestMs = Math.min(this.#oldestMs ?? acceptedMs, acceptedMs);
    this.#newestMs = Math.max(this.#newestMs ?? acceptedMs, acceptedMs);
  }

  /** Only lower ids are looked at: the last piece of it is below this. */
  #goOnAt(pieces: readonly Message[]): void {
    this.#next = (pieces.at(-1)?.id ?? 0) + 1;
  }
}

/** The pieces of a text come last one first: when its first comes, it is over. */
function isFirst({ content }: Message): boolean {
  const group = readGroupOf(content);
  return group?.kind !== 'segments' || group.index === 0;
}
