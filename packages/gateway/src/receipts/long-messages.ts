/**
 * Long messages whose parts do not get a receipt each: some upstreams send one receipt for the whole, or give all parts one
 * id. What is said of one part then holds for those that hear nothing themselves.
 */
import type { Center, Message } from '@chappe/center';
import type { UpstreamReceiptSettings } from '@chappe/policy';
import { ESM_CLASS, readConcat } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import { esmClassOf, isTextOnly, readContent, readGroupOf } from '../message/content.ts';
import { groupOf } from '../message/groups.ts';

/** Ends another part by what was said of one. */
export type EndOther = (part: Message) => Promise<void>;

/** What long messages of a group ask for. */
export interface LongMessagesContext {
  readonly group: string;
  readonly center: Center;
  readonly clock: Clock;
  onError(error: unknown, where: string): void;
}

/** A long message of which something was said. */
interface Known {
  readonly endOther: EndOther;
  /** The part that it was said of. */
  readonly part: Message;
  /** Which parts have ended. */
  readonly ended: Set<number>;
  readonly disarm: (() => void) | undefined;
}

/** Receipts of parts with one id follow each other within so long; then no more are waited for. */
const restMs = 3_000;
// Parts may still leave after the receipt of the first one, for as long as a window is full.
const maxKnown = 10_000;
// Each is remembered with its content; a part has 140 octets (3GPP 23.040 9.2.3.24) and perhaps TLVs.
const maxPartOctets = 2_048;
// Parts of a customer's own follow each other within its retries.
const sameMs = 3_600_000;
// 255 parts (3GPP 23.040 9.2.3.24.1), and others of that number between them.
const maxFound = 1_000;
// An upstream may give one name to all its messages.
const maxLooks = 1_000;

/** Keeps count of the parts that have ended. */
export class LongMessages {
  readonly #context: LongMessagesContext;
  readonly #known: Map<string, Known> = new Map();
  #mode: NonNullable<UpstreamReceiptSettings['longMessages']> = 'auto';

  constructor(context: LongMessagesContext) {
    this.#context = context;
  }

  configure(mode: UpstreamReceiptSettings['longMessages'] = 'auto'): void {
    this.#mode = mode;
  }

  /** A message has got its last receipt. `others`: messages with that reference, too, as far as they are known. */
  ended(message: Message, upstreamId: string, others: Iterable<Message>, endOther: EndOther): void {
    const place = this.#mode === 'each' ? undefined : placeOf(message);
    if (place === undefined) return;
    const ended = (this.#known.get(place.key)?.ended ?? new Set()).add(place.index);
    const isRestDue = this.#mode === 'auto' && hasSibling(others, message, place.key);
    const part: Message = { ...message, upstreamId, timeline: '', text: undefined };
    const known = this.#note(place.key, { endOther, part, ended }, isRestDue);
    if (this.#mode === 'one') this.#rest(known);
  }

  /** An upstream has taken a message, perhaps a part of one of which something was said. */
  taken(message: Message): void {
    if (this.#known.size === 0) return;
    const place = placeOf(message);
    const known = place === undefined ? undefined : this.#known.get(place.key);
    if (place === undefined || known === undefined) return;
    // A customer uses its reference again.
    if (known.ended.has(place.index)) this.#forget(place.key, known);
    else if (this.#mode === 'one') this.#rest(known);
    else if (this.#mode === 'auto' && message.upstreamId === known.part.upstreamId)
      this.#note(place.key, known, true);
  }

  /** What is waited for is not waited for any more. */
  close(): void {
    for (const [key, known] of [...this.#known]) this.#forget(key, known);
  }

  #note(key: string, first: Omit<Known, 'disarm'>, isRestDue: boolean): Known {
    this.#known.get(key)?.disarm?.();
    const disarm = isRestDue ? this.#context.clock.setTimer(() => this.#rest(known), restMs) : undefined;
    const known: Known = { ...first, disarm };
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > maxKnown) {
      const [eldest] = this.#known;
      if (eldest !== undefined) this.#forget(...eldest);
    }
    return known;
  }

  #forget(key: string, known: Known): void {
    this.#known.delete(key);
    if (known.disarm === undefined) return;
    known.disarm();
    this.#rest(known);
  }

  /** Ends the parts that are still at the upstream. */
  #rest(known: Known): void {
    const { group, onError } = this.#context;
    const isMeant = (message: Message): boolean =>
      message.group === group &&
      message.upstreamId !== undefined &&
      (this.#mode === 'one' || message.upstreamId === known.part.upstreamId);
    this.#partsBeside(known)
      .then((parts) => {
        const left = parts.filter(isMeant);
        for (const part of left) known.ended.add(placeOf(part)?.index ?? 0);
        return Promise.all(left.map(known.endOther));
      })
      .catch((error: unknown) => onError(error, `receipts of ${group}`));
  }

  /** The other parts, as far as they have not ended. */
  async #partsBeside({ part, ended }: Known): Promise<readonly Message[]> {
    const { center } = this.#context;
    if (readGroupOf(part.content)?.kind === 'segments')
      return (await groupOf(center, part)).filter(({ state }) => state === 'enroute');
    const key = placeOf(part)?.key;
    const { messages } = await center.search({
      account: part.account,
      source: part.source.digits,
      destination: part.destination.digits,
      kinds: ['mt'],
      states: ['enroute'],
      afterMs: part.acceptedMs - sameMs,
      beforeMs: part.acceptedMs + sameMs,
      limit: maxFound,
    });
    // A customer may use its reference again soon: of each part the nearest.
    const nearest = new Map<number, Message>();
    for (const other of messages) {
      const place = placeOf(other);
      if (place?.key !== key || place === undefined || ended.has(place.index) || other.state !== 'enroute')
        continue;
      const best = nearest.get(place.index);
      if (best === undefined || Math.abs(other.id - part.id) < Math.abs(best.id - part.id))
        nearest.set(place.index, other);
    }
    return [...nearest.values()];
  }
}

/** Which part of which long message it is. */
interface Place {
  /** What the parts have in common. */
  readonly key: string;
  readonly index: number;
}

/** Of parts that were cut here and of those that a customer cut itself; undefined for a message of one piece. */
function placeOf({ id, account, source, destination, content }: Message): Place | undefined {
  const group = readGroupOf(content);
  if (group?.kind === 'segments')
    return group.count > 1 ? { key: String(id - group.index), index: group.index } : undefined;
  // Hot path: no header and no TLV, no part. What is as large as many parts is none.
  if (content.length > maxPartOctets) return undefined;
  if ((esmClassOf(content) & ESM_CLASS.UDHI) === 0 && isTextOnly(content)) return undefined;
  const { esmClass, dataCoding, payload, tlvs } = readContent(content);
  const concat = readConcat({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs });
  if (concat === undefined || concat.total === 1) return undefined;
  const { reference, total, sequence } = concat;
  const key = `${account} ${source.digits} ${destination.digits} ${reference}/${total}`;
  return { key, index: sequence };
}

function hasSibling(others: Iterable<Message>, message: Message, key: string): boolean {
  let looks = 0;
  for (const other of others) {
    if (other.id !== message.id && placeOf(other)?.key === key) return true;
    looks += 1;
    if (looks >= maxLooks) return false;
  }
  return false;
}
