/** What can be done to a message after it was taken: by its account, or by those who run the gateway. */
import type { CancelResult, Message } from '@chappe/center';
import type { ReceiptWriter } from '../egress/receipt-writer.ts';
import type { Ingress } from '../ingress/ingress.ts';
import type { Submitted } from '../ingress/inlet.ts';
import { type ReplacedPiece, replaceStored, type StoredReplacement } from '../ingress/replace-stored.ts';
import { submitAgain } from '../ingress/submit-again.ts';
import { takeBack } from '../ingress/take-back.ts';
import { isHeldLane } from '../lanes/lanes.ts';
import { readGroupOf } from '../message/content.ts';
import { groupOf, meantBy } from '../message/groups.ts';
import { isFinal } from '../message/states.ts';
import { isOwnPart, isSentAgain, mayHaveArrived } from './arrival.ts';
import { RecentIds } from './recent-ids.ts';
import { type ReceiptReplay, type ReplayedReceipts, replayReceipts } from './replay-receipts.ts';

/** One segment, or one destination of a submit_multi, and what became of it. `message`: as it is now. */
export interface Handled<R extends string> {
  readonly message: Message;
  readonly result: R;
}

/** due-now: tried as soon as may be. under-way: it is due already. */
export type RetryResult = 'due-now' | 'under-way' | 'scheduled' | 'held' | 'at-operator' | 'final';

/**
 * Why a message is not sent once more. own-part: its customer has cut the text, and nobody knows the other parts here.
 * several: it is one submit_multi to several numbers.
 */
export type AgainRefusal =
  | 'not-failed'
  | 'not-final'
  | 'may-have-arrived'
  | 'sent-again'
  | 'own-part'
  | 'several'
  | 'no-account';

/** Why no receipt is made. */
export type ReceiptRefusal = 'not-final' | 'not-wanted' | 'no-account' | 'full';

/** What a message is asked to be sent again with. */
export interface RetryOptions {
  /** It may arrive twice by this, and whoever asks knows that. */
  readonly mayDuplicate: boolean;
}

const via = 'via=http';
const failedStates: ReadonlySet<string> = new Set(['undeliverable', 'expired', 'rejected', 'unknown']);

/** What is done to messages afterwards. Messages are named by their public id, of any segment; only those to handsets. */
export class Afterwards {
  readonly #ingress: Ingress;
  readonly #receipts: ReceiptWriter;
  /** What was sent once more: its timeline tells it too, a moment later. */
  readonly #again = new RecentIds();

  constructor(ingress: Ingress, receipts: ReceiptWriter) {
    this.#ingress = ingress;
    this.#receipts = receipts;
  }

  /** Takes a message back, with all its segments, by the rules of cancel_sm. Undefined: there is none. */
  async cancel(publicId: string): Promise<readonly Handled<CancelResult>[] | undefined> {
    const [piece] = (await this.#piecesOf(publicId)) ?? [];
    if (piece === undefined) return undefined;
    // Of a submit_multi those for all its destinations.
    const pieces = await meantBy(this.#ingress.center, piece);
    const detail = `cancelled ${via}`;
    return this.#handled(pieces, (one) => takeBack(one, this.#ingress, detail));
  }

  /** Another text, other times or receipts, by the rules of replace_sm; undefined: there is no such message. */
  async replace(
    publicId: string,
    changes: StoredReplacement,
  ): Promise<readonly ReplacedPiece[] | 'piece' | undefined> {
    const pieces = await this.#piecesOf(publicId);
    return pieces === undefined ? undefined : replaceStored(pieces, changes, this.#ingress);
  }

  /** Makes a message that waits for its next attempt due now. Undefined: there is none. */
  async retry(
    publicId: string,
    { mayDuplicate }: RetryOptions,
  ): Promise<readonly Handled<RetryResult>[] | 'may-have-arrived' | undefined> {
    const pieces = await this.#piecesOf(publicId);
    if (pieces === undefined) return undefined;
    const waiting = pieces.filter(({ state }) => !isFinal(state));
    if (!mayDuplicate && waiting.some((one) => one.upstreamId === undefined && mayHaveArrived(one)))
      return 'may-have-arrived';
    return this.#handled(pieces, (one) => this.#retryOne(one));
  }

  /** Sends a message that has failed once more, as a new one. Rejects with `GatewayError` where that one is refused. */
  async again(
    publicId: string,
    { mayDuplicate }: RetryOptions,
  ): Promise<Submitted | AgainRefusal | undefined> {
    const pieces = await this.#piecesOf(publicId);
    const first = pieces?.[0];
    if (pieces === undefined || first === undefined) return undefined;
    const { accounts, center } = this.#ingress;
    if (pieces.some(({ state }) => !isFinal(state))) return 'not-final';
    const hasFailed = pieces.some(({ state }) => failedStates.has(state));
    if (!hasFailed || pieces.some(({ state }) => state === 'deleted')) return 'not-failed';
    if (pieces.some(isOwnPart)) return 'own-part';
    if (pieces.length > 1 && readGroupOf(first.content)?.kind === 'destinations') return 'several';
    if (!accounts.open && accounts.get(first.account) === undefined) return 'no-account';
    // Of a text whose first segments were delivered, the handset has those already.
    if (!mayDuplicate && pieces.some(mayHaveArrived)) return 'may-have-arrived';
    if (!mayDuplicate && (pieces.some(isSentAgain) || this.#again.has(first.id))) return 'sent-again';
    // Before anything is waited for: of two who ask at once one is refused.
    const forget = this.#again.add(first.id);
    try {
      const sent = await submitAgain(pieces, this.#ingress);
      await center.note(first.id, 'again', `as=${sent.ids[0] ?? ''} ${via}`);
      return sent;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Makes the final receipts of a message once more; how many, or why not. Undefined: there is no such message. */
  async receiptAgain(publicId: string, isForced: boolean): Promise<number | ReceiptRefusal | undefined> {
    const pieces = await this.#piecesOf(publicId);
    const first = pieces?.[0];
    if (pieces === undefined || first === undefined) return undefined;
    const { accounts, center } = this.#ingress;
    if (pieces.some(({ state }) => !isFinal(state))) return 'not-final';
    if (!accounts.open && accounts.get(first.account) === undefined) return 'no-account';
    const drafts = this.#receipts.again(pieces, isForced);
    if (drafts.length === 0) return 'not-wanted';
    if (this.#receipts.roomFor(first.account) < drafts.length) return 'full';
    await center.submitAll(drafts);
    await center.note(first.id, 'receipt-again', via);
    return drafts.length;
  }

  /** Makes the receipts of all messages of a time once more, or says how many that would be. */
  replayReceipts(replay: ReceiptReplay): Promise<ReplayedReceipts> {
    return replayReceipts(replay, this.#ingress.center, this.#receipts);
  }

  async #retryOne(message: Message): Promise<RetryResult> {
    if (isFinal(message.state)) return 'final';
    if (message.upstreamId !== undefined) return 'at-operator';
    if (isHeldLane(message.lane)) return 'held';
    // Its sender has said when; and parts of one text wait so until all have come and were looked at.
    if (message.state === 'scheduled') return 'scheduled';
    return (await this.#ingress.center.retryNow(message.id, via)) ? 'due-now' : 'under-way';
  }

  async #piecesOf(publicId: string): Promise<readonly Message[] | undefined> {
    const { center } = this.#ingress;
    const message = await center.query({ publicId });
    return message === undefined || message.kind !== 'mt' ? undefined : groupOf(center, message);
  }

  #handled<R extends string>(
    pieces: readonly Message[],
    work: (message: Message) => Promise<R>,
  ): Promise<readonly Handled<R>[]> {
    return Promise.all(
      pieces.map(async (one) => {
        const result = await work(one);
        return { message: (await this.#ingress.center.find(one.id)) ?? one, result };
      }),
    );
  }
}
