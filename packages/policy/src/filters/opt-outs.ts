/**
 * Who wants no more messages, and from whom. Kept in the ControlStore under kind `opt-out`, and in memory as
 * sets of numbers, because every message asks: 8 to 22 octets for each handset of a sender, some 400 for each
 * sender.
 */
import { type Clock, type ControlChange, type ControlStore, systemClock } from '@chappe/center';
import { numberKey } from '@chappe/protocol';
import { GatewayError } from '../errors.ts';
import { encodeDigits, NumberSet } from '../lists/number-set.ts';

/** One opt-out. */
export interface OptOut {
  /** Digits without plus. */
  readonly handset: string;
  /** The number or name that the person wrote to; `*`: no sender at all may write. */
  readonly sender: string;
  /** When it was made, epoch milliseconds. */
  readonly atMs: number;
  /** What it came from, as `STOP` or `api`. */
  readonly origin: string;
}

/** Which opt-outs are listed, in the order of the handsets. */
export interface OptOutQuery {
  readonly handset?: string | undefined;
  readonly sender?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** 1 to 1,000, default 100. */
  readonly limit?: number | undefined;
}

/** One page. `next`: there may be more. */
export interface OptOutPage {
  readonly entries: readonly OptOut[];
  readonly next: string | undefined;
}

interface Waiting {
  readonly change: ControlChange;
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const kind = 'opt-out';
/** The sender of an opt-out from all. */
const everybody = '*';
// 220 MB in memory; no list of one gateway is as long.
const maxEntries = 10_000_000;
// More wait only while the disk does not answer.
const maxWaiting = 100_000;
const maxPerWrite = 1_000;
const pageOnLoad = 50_000;
const maxCharacters = 65;
const maxOrigin = 64;

/** The opt-outs of a gateway. */
export class OptOuts {
  readonly #control: ControlStore;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #bySender = new Map<string, Handsets>();
  readonly #waiting: Waiting[] = [];
  #size = 0;
  #isWriting = false;

  private constructor(control: ControlStore, clock: Pick<Clock, 'nowMs'>) {
    this.#control = control;
    this.#clock = clock;
  }

  /** Reads all opt-outs. `clock` dates new ones. Rejects as the store does. */
  static async load(control: ControlStore, clock: Pick<Clock, 'nowMs'> = systemClock): Promise<OptOuts> {
    const optOuts = new OptOuts(control, clock);
    for (let after: string | undefined; ; ) {
      const page = await control.list(kind, { after, limit: pageOnLoad });
      for (const { key } of page) {
        const space = key.indexOf(' ');
        if (space > 0) optOuts.#put(key.slice(0, space), key.slice(space + 1));
      }
      if (page.length < pageOnLoad) return optOuts;
      after = page.at(-1)?.key;
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** True when the handset wants nothing from that sender, or from nobody. Names compare in any case. */
  has(handset: string, sender: string): boolean {
    // Hot path: most gateways have none.
    if (this.#size === 0) return false;
    const number = numberKey(handset);
    if (this.#bySender.get(everybody)?.has(number) === true) return true;
    return this.#bySender.get(senderKey(sender))?.has(number) === true;
  }

  /**
   * Adds one. It counts at once, and is durable when it settles; a second one replaces the first. `origin`:
   * what it came from, as `STOP` or `api`; cut to 64 characters. Rejects with a GatewayError (INVALID:
   * `field` says what, FULL) or as the store does: then it still counts until the next start.
   */
  async add(handset: string, sender: string, origin: string = ''): Promise<void> {
    const number = checked(numberKey(handset), 'handset');
    const key = checked(senderKey(sender), 'sender');
    if (this.#size >= maxEntries) {
      throw new GatewayError('CHAPPE_GATEWAY_FULL', `there are ${maxEntries} opt-outs already`);
    }
    this.#put(number, key);
    const value = `${this.#clock.nowMs()}\t${oneLine(origin).slice(0, maxOrigin)}\t${sender}`;
    // Once more when written: a removal before it may have been under way.
    await this.#write(`${number} ${key}`, value, () => this.#put(number, key));
  }

  /** Takes one away; counts and is durable when it settles. That of one sender and that of all are two. */
  async remove(handset: string, sender: string): Promise<void> {
    const number = checked(numberKey(handset), 'handset');
    const key = checked(senderKey(sender), 'sender');
    await this.#write(`${number} ${key}`, undefined, () => this.#take(number, key));
  }

  /** One page, read from the store. */
  async list(query: OptOutQuery = {}): Promise<OptOutPage> {
    const limit = Math.min(Math.max(query.limit ?? 100, 1), 1_000);
    const prefix = query.handset === undefined ? undefined : `${numberKey(query.handset)} `;
    const sender = query.sender === undefined ? undefined : senderKey(query.sender);
    const entries: OptOut[] = [];
    for (let { after } = query; ; ) {
      const page = await this.#control.list(kind, { prefix, after, limit: 1_000 });
      for (const { key, value } of page) {
        after = key;
        const space = key.indexOf(' ');
        if (space < 1 || (sender !== undefined && key.slice(space + 1) !== sender)) continue;
        entries.push(entryOf(key.slice(0, space), key.slice(space + 1), value));
        if (entries.length === limit) return { entries, next: key };
      }
      if (page.length < 1_000) return { entries, next: undefined };
    }
  }

  #put(handset: string, sender: string): void {
    let handsets = this.#bySender.get(sender);
    if (handsets === undefined) {
      handsets = new Handsets();
      this.#bySender.set(sender, handsets);
    }
    if (handsets.add(handset)) this.#size += 1;
  }

  #take(handset: string, sender: string): void {
    const handsets = this.#bySender.get(sender);
    if (handsets?.delete(handset) !== true) return;
    this.#size -= 1;
    if (handsets.isEmpty) this.#bySender.delete(sender);
  }

  /** Changes gather while a write is under way; the next one takes them all, in their order. */
  #write(key: string, value: string | undefined, apply: () => void): Promise<void> {
    if (this.#waiting.length >= maxWaiting) {
      throw new GatewayError('CHAPPE_GATEWAY_FULL', 'too many opt-outs wait for the disk: try again later');
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change: { kind, key, value }, apply, resolve, reject });
      if (!this.#isWriting) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxPerWrite);
      try {
        await this.#control.write(batch.map(({ change }) => change));
        for (const { apply, resolve } of batch) {
          apply();
          resolve();
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }
}

/** The handsets that have opted out from one sender. */
class Handsets {
  readonly #numbers = new NumberSet();
  /** What is no number of 1 to 15 digits. */
  readonly #others = new Set<string>();

  get isEmpty(): boolean {
    return this.#numbers.size === 0 && this.#others.size === 0;
  }

  has(handset: string): boolean {
    const value = encodeDigits(handset);
    return value === 0 ? this.#others.has(handset) : this.#numbers.has(value);
  }

  add(handset: string): boolean {
    const value = encodeDigits(handset);
    if (value !== 0) return this.#numbers.add(value);
    const before = this.#others.size;
    return this.#others.add(handset).size > before;
  }

  delete(handset: string): boolean {
    const value = encodeDigits(handset);
    return value === 0 ? this.#others.delete(handset) : this.#numbers.delete(value);
  }
}

function entryOf(handset: string, sender: string, value: string): OptOut {
  const [atMs = '', origin = '', written = ''] = value.split('\t');
  return { handset, sender: written === '' ? sender : written, atMs: Number(atMs) || 0, origin };
}

function senderKey(sender: string): string {
  return numberKey(sender).toLowerCase();
}

/** What may stand in a key: the space is what parts handset and sender. */
function checked(address: string, field: 'handset' | 'sender'): string {
  const isGood =
    address !== '' &&
    address.length <= maxCharacters &&
    oneLine(address) === address &&
    (field === 'sender' || !address.includes(' '));
  if (isGood) return address;
  throw new GatewayError(
    'CHAPPE_GATEWAY_INVALID',
    `${field}: must be a number${field === 'sender' ? ', a name or "*"' : ''} of 1 to ${maxCharacters} characters`,
    { field },
  );
}

/** Without controls: tabs part the fields of a value, and a NUL would end a key in some stores. */
function oneLine(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at += 1) out += text.charCodeAt(at) < 0x20 ? ' ' : text.charAt(at);
  return out;
}
