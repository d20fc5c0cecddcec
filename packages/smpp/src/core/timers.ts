/**
 * The timers of a session: a table of deadlines. They know no clock; the shell asks for the next deadline, waits,
 * and says when it has passed. Durations and what happens on expiry stand in `session-core.ts`.
 */

/** The timers of a session (SMPP 5.0 2.7), and our own for a half-read PDU and for the steps of closing. */
export type TimerName =
  /** From connect or outbind to bind. */
  | 'sessionInit'
  /** From the last PDU received to our enquire_link. */
  | 'enquireLink'
  /** From our enquire_link to any PDU of the peer. */
  | 'enquireLinkResponse'
  /** From the last transaction to closing. */
  | 'inactivity'
  /** From the first to the last octet of one PDU. */
  | 'pduRead'
  /** From `close` to unbind: the time to answer and be answered. */
  | 'drain'
  /** From unbind (sent or answered) to the end of the connection. */
  | 'unbind'
  /** From the peer's unbind to our answer: earlier requests are answered first. */
  | 'unbindAnswer';

/** How a session ends when one of these has passed; the others are steps of something. */
export const overdue = {
  sessionInit: 'session_init_timeout',
  pduRead: 'pdu_read_timeout',
  enquireLinkResponse: 'enquire_link_timeout',
} as const;

const names: readonly TimerName[] = [
  'sessionInit',
  'enquireLink',
  'enquireLinkResponse',
  'inactivity',
  'pduRead',
  'drain',
  'unbind',
  'unbindAnswer',
];

/** Deadlines by timer, in monotonic milliseconds; `Infinity` is disarmed. */
export class Timers implements Record<TimerName, number> {
  sessionInit: number = Number.POSITIVE_INFINITY;
  enquireLink: number = Number.POSITIVE_INFINITY;
  enquireLinkResponse: number = Number.POSITIVE_INFINITY;
  inactivity: number = Number.POSITIVE_INFINITY;
  pduRead: number = Number.POSITIVE_INFINITY;
  drain: number = Number.POSITIVE_INFINITY;
  unbind: number = Number.POSITIVE_INFINITY;
  unbindAnswer: number = Number.POSITIVE_INFINITY;

  /** The earliest deadline; `Infinity` when nothing is armed. */
  next(): number {
    return Math.min(
      this.sessionInit,
      this.enquireLink,
      this.enquireLinkResponse,
      this.inactivity,
      this.pduRead,
      this.drain,
      this.unbind,
      this.unbindAnswer,
    );
  }

  /** Disarms and names the timer with the earliest deadline that has passed. */
  expired(nowMs: number): TimerName | undefined {
    let first: TimerName | undefined;
    for (const name of names) {
      if (this[name] <= nowMs && (first === undefined || this[name] < this[first])) first = name;
    }
    if (first !== undefined) this[first] = Number.POSITIVE_INFINITY;
    return first;
  }

  /** Disarms everything. */
  clear(): void {
    for (const name of names) this[name] = Number.POSITIVE_INFINITY;
  }
}
