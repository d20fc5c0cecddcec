/**
 * As whom a center works on its store, and whether it still may. Where others could take its place, the lease is renewed;
 * one that has gone by without an answer hands nothing out any more, some time before others may think so: what has left
 * cannot be called back.
 */
import type { Clock } from './clock.ts';
import type { CenterError } from './errors.ts';
import { asCenterError } from './group-commit.ts';
import type { Owner, Recovered, Recovery, Store } from './store.ts';

/** Renewals in one lease: two may fail. */
const RENEWALS = 3;
/** The part of a lease at the end of which nothing is handed out. */
const MARGIN = 1 / 6;

/** What follows. */
export interface LeaseEvents {
  /** Another has its place, for good: told once. */
  onFenced(error: CenterError): void;
  /** Messages of others, who have ended, wait again. */
  onRecovered(recovered: Recovered): void;
  /** The store could not be asked. */
  onFailed(error: CenterError): void;
}

/** The lease of one center. */
export class Lease {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #events: LeaseEvents;
  /** Nobody yet: no store knows of epoch 0. */
  owner: Owner = { node: 0, nodes: 1, epoch: 0, leaseMs: Number.POSITIVE_INFINITY };
  #endsMs = Number.POSITIVE_INFINITY;
  #fenced: CenterError | undefined;
  #disarm: (() => void) | undefined;
  #isStopped = false;

  constructor(store: Store, clock: Clock, events: LeaseEvents) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** Why nothing that it writes is stored any more; undefined: it is. */
  get fenced(): CenterError | undefined {
    return this.#fenced;
  }

  /** Whether messages may leave. */
  get isHeld(): boolean {
    if (this.#fenced !== undefined) return false;
    // The clock is not read where nobody can take over.
    return this.#endsMs === Number.POSITIVE_INFINITY || this.#clock.monotonicMs() < this.#endsMs;
  }

  /** Begins with the store. Rejects with a CenterError. */
  async begin(nowMs: number, node: number): Promise<Recovery> {
    const askedMs = this.#clock.monotonicMs();
    const recovery = await this.#store.recover(nowMs, node);
    this.owner = recovery.owner;
    if (this.owner.leaseMs === Number.POSITIVE_INFINITY) return recovery;
    this.#lengthen(askedMs);
    this.#arm();
    return recovery;
  }

  /** Somebody has heard that another has its place. */
  fence(error: CenterError): void {
    if (this.#fenced !== undefined) return;
    this.#fenced = error;
    this.stop();
    this.#events.onFenced(error);
  }

  stop(): void {
    this.#isStopped = true;
    this.#disarm?.();
  }

  #lengthen(askedMs: number): void {
    this.#endsMs = askedMs + this.owner.leaseMs * (1 - MARGIN);
  }

  #arm(): void {
    this.#disarm = this.#clock.setTimer(() => {
      void this.#renew().then(() => {
        if (!this.#isStopped) this.#arm();
      });
    }, this.owner.leaseMs / RENEWALS);
  }

  async #renew(): Promise<void> {
    const askedMs = this.#clock.monotonicMs();
    try {
      await this.#store.renew(this.owner, this.#clock.nowMs());
      this.#lengthen(askedMs);
      const recovered = await this.#store.recoverLapsed(this.owner, this.#clock.nowMs());
      if (recovered.nodes.length > 0 && !this.#isStopped) this.#events.onRecovered(recovered);
    } catch (cause) {
      const error = asCenterError(cause);
      if (error.code === 'CHAPPE_STORE_FENCED') this.fence(error);
      else if (!this.#isStopped) this.#events.onFailed(error);
    }
  }
}
