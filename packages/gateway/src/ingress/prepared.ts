/** What the acceptance has let in, on its way to the disk. */
import {
  type Center,
  CenterError,
  type Draft,
  type Message,
  octetsOfCall,
  type Shares,
  type Submitted,
} from '@chappe/center';
import type { Accounts } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import type { Refusals } from '../observation/refusals.ts';
import type { Reservation } from './reservation.ts';
import { statusOfError } from './store-status.ts';
import type { Door } from './verdict.ts';

/** What storing takes. */
export interface Storage {
  readonly center: Pick<Center, 'submit'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'get'>;
  /** Hear of what the center does not take. */
  readonly refusals: Pick<Refusals, 'note'>;
  /** Of segments that were stored. */
  readonly counters: { accepted: number };
  /** What waits to be stored, since it is shaped. */
  readonly shaped: Shares;
}

/** What is to be stored, and what was set aside for it. */
export interface ToStore {
  readonly door: Door;
  readonly account: string;
  readonly drafts: readonly Draft[];
  /** They are stored so many milliseconds later. */
  readonly waitMs: number;
  /** Answered with the outcome. */
  readonly isTransaction: boolean;
  /** What was set aside for them. */
  readonly reservation: Reservation | undefined;
  /** Taken from quota and throughput of the account, given back when they are not stored. */
  readonly segments: number;
}

/** Drafts that are ready to be stored together. No door gets at them: `store` is the only way on, with all it takes. */
export class Prepared {
  /** Tells it from a refusal. */
  readonly refusal: undefined = undefined;
  readonly #storage: Storage;
  readonly #what: ToStore;

  constructor(storage: Storage, what: ToStore) {
    this.#storage = storage;
    this.#what = what;
  }

  /** Answered with the outcome, by doors that can wait for it. */
  get isTransaction(): boolean {
    return this.#what.isTransaction;
  }

  /** What its account has been charged, against quota, throughput and money. */
  get segments(): number {
    return this.#what.segments;
  }

  /**
   * Stores them; `done` is told when they are on disk, or why they are not: then all that was set aside has been given
   * back. All that is stored in one turn shares a commit. Shaped: not before their time, so that whoever waits for the
   * answer is slowed down.
   */
  store(done: Submitted): void {
    const { center } = this.#storage;
    const store = (): void =>
      center.submit(this.#what.drafts, (error, messages) => {
        if (error === undefined) this.#stored(messages);
        else this.#release(statusOfError(error));
        done(error, messages);
      });
    if (this.#what.waitMs > 0) this.#storeLater(store, done);
    else store();
  }

  /** It waits in memory: of that, too, everybody has a share only. */
  #storeLater(store: () => void, done: Submitted): void {
    const { clock, shaped } = this.#storage;
    const { account, drafts, waitMs } = this.#what;
    const octets = octetsOfCall(drafts);
    const share = shaped.take(account, drafts.length, octets);
    if (share === undefined) {
      const what = `too much of ${account} waits for its time already`;
      const error = new CenterError('CHAPPE_CENTER_FULL', what);
      this.#release(statusOfError(error));
      queueMicrotask(() => done(error, []));
      return;
    }
    clock.setTimer(() => {
      shaped.give(share, drafts.length, octets);
      store();
    }, waitMs);
  }

  #stored(messages: readonly Message[]): void {
    const { drafts, reservation } = this.#what;
    // What was set aside for it is that of the message whose place it took.
    if (drafts[0]?.replaceIfPresent === true && messages.some(({ isReplaced }) => isReplaced))
      reservation?.release();
    else reservation?.keep(messages);
    for (const { segments } of messages) this.#storage.counters.accepted += segments;
  }

  #release(status: number): void {
    const { account, reservation, segments, drafts, door } = this.#what;
    reservation?.release();
    const from = drafts[0]?.source.digits ?? '';
    const to = drafts[0]?.destination.digits ?? '';
    this.#storage.refusals.note({ ...door, account, from, to, status, reason: 'store', rule: '' });
    // By its name: the settings may have changed since, and then the counts go on in another object.
    this.#storage.accounts.get(account)?.policy.release(segments);
  }
}
