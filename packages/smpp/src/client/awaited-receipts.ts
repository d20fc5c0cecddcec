import { messageIdForms, type Receipt } from '@chappe/protocol';
import type { SentMessage } from './sent-message.ts';

/** Segments whose receipt is awaited. More is no longer a client but a gateway, which keeps them on disk. */
const AWAITED_MAX = 100_000;
/** Receipts that came before the response to their submit_sm, and how long they are kept for it. */
const EARLY_MAX = 1_000;
const EARLY_MS = 30_000;

interface Awaited {
  readonly message: SentMessage;
  readonly segment: number;
  readonly id: string;
}

interface Early {
  readonly receipt: Receipt;
  readonly sinceMs: number;
}

/**
 * Finds the message of a receipt. MCs write one id in several ways (hexadecimal in the response, decimal in the
 * receipt), so ids are compared by their forms; a form that two messages share leads to neither.
 */
export class AwaitedReceipts {
  readonly #byId = new Map<string, Awaited>();
  /** Other forms than the id itself; `null` where two ids have the form in common. */
  readonly #byForm = new Map<string, Awaited | null>();
  #early: Early[] = [];

  /** Segments whose receipt is awaited. */
  get size(): number {
    return this.#byId.size;
  }

  /** Awaits the receipts of a message; one that came too early is noted at once. */
  expect(message: SentMessage, nowMs: number): void {
    message.ids.forEach((id, segment) => {
      const awaited = { message, segment, id };
      this.#byId.set(id, awaited);
      for (const form of messageIdForms(id)) {
        const other = this.#byForm.get(form);
        this.#byForm.set(form, other === undefined || other?.id === id ? awaited : null);
      }
    });
    for (const oldest of this.#byId.values()) {
      if (this.#byId.size <= AWAITED_MAX) break;
      this.#forget(oldest);
      oldest.message.giveUp();
    }
    this.#early = this.#early.filter(({ receipt, sinceMs }) => {
      return nowMs - sinceMs <= EARLY_MS && this.note(receipt) === undefined;
    });
  }

  /** Gives a receipt to its message, which is returned; undefined for one that nobody awaits. */
  note(receipt: Receipt): SentMessage | undefined {
    const awaited = this.#find(receipt);
    if (awaited === undefined) return undefined;
    if (receipt.final) {
      this.#forget(awaited);
      awaited.message.note(awaited.segment, receipt);
    }
    return awaited.message;
  }

  /** Keeps a receipt that nobody awaits yet for a message whose response is still on its way. */
  keepEarly(receipt: Receipt, nowMs: number): void {
    this.#early.push({ receipt, sinceMs: nowMs });
    if (this.#early.length > EARLY_MAX) this.#early.shift();
  }

  /** The client is closed: no receipt will come. */
  giveUp(): void {
    for (const { message } of this.#byId.values()) message.giveUp();
    this.#byId.clear();
    this.#byForm.clear();
    this.#early = [];
  }

  #find(receipt: Receipt): Awaited | undefined {
    for (const id of receipt.ids) {
      const awaited = this.#byId.get(id);
      if (awaited !== undefined) return awaited;
    }
    for (const id of receipt.ids) {
      for (const form of messageIdForms(id)) {
        const awaited = this.#byForm.get(form);
        if (awaited != null) return awaited;
      }
    }
    return undefined;
  }

  #forget(awaited: Awaited): void {
    this.#byId.delete(awaited.id);
    for (const form of messageIdForms(awaited.id)) {
      // A form in common stays marked while the other message may still be meant.
      if (this.#byForm.get(form) === awaited) this.#byForm.delete(form);
    }
  }
}
