/** PDUs of one session, one account or one connector, shown while they pass. */
import { decode, ESM_CLASS } from '@chappe/protocol';
import type { PduTap, Session } from '@chappe/smpp';

/** Whose PDUs. */
export type TraceTarget =
  | { readonly kind: 'session'; readonly id: number }
  | { readonly kind: 'account'; readonly name: string }
  | { readonly kind: 'connector'; readonly name: string };

/** One PDU that passed. */
export interface TracedPdu {
  /** `in`: we received it. */
  readonly direction: 'in' | 'out';
  readonly session: Session;
  /** The whole PDU; passwords masked, and what messages say unless texts were asked for. */
  readonly octets: Uint8Array;
}

/** Sees each PDU; must be quick, and may not keep the octets. */
export type TraceListener = (seen: TracedPdu) => void;

// What stands in the place of a content.
const mask = 0x2a;
// SMPP 3.4 3.2: what is shown of octets that are no PDU.
const headerOctets = 16;

/** The tap of a listener. `withTexts` false: contents of messages are masked, headers of segments are not. */
export function tapOf(session: Session, listener: TraceListener, withTexts: boolean): PduTap {
  return (direction, _pdu, octets) =>
    listener({ direction, session, octets: withTexts ? octets : withoutContent(octets) });
}

/** A PDU of the same length in which nobody can read what its message says. */
export function withoutContent(octets: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(octets);
  // What is decoded are views of the copy.
  const pdu = decode(copy);
  if (pdu.command === 'malformed') return copy.subarray(0, headerOctets);
  if (pdu.command === 'unknown') {
    pdu.body.fill(mask);
    return copy;
  }
  const isHeaded = 'esm_class' in pdu && (pdu.esm_class & ESM_CLASS.UDHI) !== 0;
  if ('short_message' in pdu) hide(pdu.short_message, isHeaded);
  for (const { name, value } of 'tlvs' in pdu ? pdu.tlvs : [])
    if (name === 'message_payload') hide(value, isHeaded);
  return copy;
}

function hide(content: Uint8Array, isHeaded: boolean): void {
  const header = isHeaded ? (content[0] ?? 0) + 1 : 0;
  content.fill(mask, Math.min(header, content.length));
}

/** One who watches, and what ends it for each session that is there. */
interface Watcher {
  readonly wants: (session: Session) => boolean;
  readonly tap: (session: Session) => PduTap;
  readonly ends: Map<Session, () => void>;
}

/** Those who watch the sessions of one owner as they come and go. */
export class Tracers {
  readonly #watchers = new Set<Watcher>();

  /** A session has come: before its bind where that is ours to send. */
  joined(session: Session): void {
    for (const watcher of this.#watchers) begin(watcher, session);
  }

  /** A session has ended. */
  left(session: Session): void {
    for (const { ends } of this.#watchers) ends.delete(session);
  }

  /** Watches the sessions that are there and those that come; returns what ends that. `wants`: only these. */
  add(there: Iterable<Session>, tap: Watcher['tap'], wants: Watcher['wants'] = () => true): () => void {
    const watcher: Watcher = { wants, tap, ends: new Map() };
    this.#watchers.add(watcher);
    for (const session of there) begin(watcher, session);
    return () => {
      this.#watchers.delete(watcher);
      for (const end of watcher.ends.values()) end();
    };
  }
}

function begin({ wants, tap, ends }: Watcher, session: Session): void {
  if (wants(session)) ends.set(session, session.taps.add(tap(session)));
}

/** What a trace stands on. */
export interface TraceSources {
  /** Bound sessions of customers. */
  readonly customers: () => readonly Session[];
  /** The sessions of a connector, and those who watch them; undefined: there is no such connector. */
  readonly connector: (
    name: string,
  ) => { readonly sessions: Iterable<Session>; readonly tracers: Tracers } | undefined;
}

/** Shows PDUs to those who ask. */
export class PduTrace {
  /** Those who watch customers. */
  readonly customers: Tracers = new Tracers();
  readonly #sources: TraceSources;

  constructor(sources: TraceSources) {
    this.#sources = sources;
  }

  /**
   * Shows every PDU of a target from now on, also of sessions that come later (of a connector from the bind on). Returns
   * what ends that; undefined: there is no such session or connector. `withTexts`: with what messages say.
   */
  watch(target: TraceTarget, listener: TraceListener, withTexts: boolean): (() => void) | undefined {
    const tap = (session: Session): PduTap => tapOf(session, listener, withTexts);
    const there = this.#sources.customers();
    if (target.kind === 'account') {
      return this.customers.add(there, tap, ({ context }) => context === target.name);
    }
    if (target.kind === 'session') {
      const session = there.find(({ id }) => id === target.id);
      return session?.taps.add(tap(session));
    }
    const connector = this.#sources.connector(target.name);
    return connector?.tracers.add(connector.sessions, tap);
  }
}
