/**
 * The way out to an account: its receiving binds. Messages from handsets and other ESMEs and receipts leave by it,
 * as deliver_sm or data_sm, over all binds in turn as far as their windows have room.
 */
import type { Connector, Message, Outcome } from '@chappe/center';
import type { AccountSettings } from '@chappe/policy';
import { type Pdu, status, statusName } from '@chappe/protocol';
import type { Bind } from '../lanes/binds.ts';
import { type Delivery, deliveryOf, segmentsOf, verdictOf } from './deliver-sm.ts';

type Report = (message: Message, outcome: Outcome) => void;

// A bind whose peer reads and answers nothing holds no more than this, and one message. A window of ordinary texts is
// less by far.
const maxBindOctets = 512 * 1024;

const released: Outcome = { kind: 'released' };

/** Delivers to one account; the center hands over as much as the windows of its binds take. */
export class AccountConnector implements Connector {
  readonly #binds: Bind[] = [];
  /** Set by the center: asks to be given more. */
  ready: (() => void) | undefined;
  /** Called when a message has been handed to a session. */
  onSent: ((message: Message) => void) | undefined;
  readonly #settingsOf: (account: string) => AccountSettings | undefined;
  #next = 0;

  /** `settingsOf`: what an account's binds want. */
  constructor(settingsOf: (account: string) => AccountSettings | undefined) {
    this.#settingsOf = settingsOf;
  }

  /** Number of binds. */
  get size(): number {
    return this.#binds.length;
  }

  /** Takes a bind into use. */
  add(bind: Bind): void {
    this.#binds.push(bind);
    this.ready?.();
  }

  /** Drops a bind; what was unanswered on it has been reported by its session. */
  remove(bind: Bind): void {
    const at = this.#binds.indexOf(bind);
    if (at >= 0) this.#binds.splice(at, 1);
    // What it could not take any more stands at the head of the lane: the others may have it.
    this.ready?.();
  }

  /** Requests that the windows take now. */
  capacity(): number {
    let free = 0;
    for (const bind of this.#binds) free += this.#roomOf(bind);
    return free;
  }

  /** Sends each message to a bind; what finds no room goes back at once. */
  deliver(messages: readonly Message[], report: Report): void {
    for (const message of messages) {
      const bind = this.#choose(message);
      if (bind === undefined) report(message, released);
      else this.#send(message, bind, report);
    }
  }

  #choose(message: Message): Bind | undefined {
    const binds = this.#binds;
    const kind = kindFor(message, this.#settingsOf(message.account));
    // A number that a bind serves goes to that bind; receipts go to any.
    if (message.kind !== 'receipt') {
      const serving = binds.find(
        (bind) =>
          isOfKind(bind.session, kind) &&
          this.#roomOf(bind) > 0 &&
          bind.range?.matches(message.destination.digits) === true,
      );
      if (serving !== undefined) return serving;
    }
    for (let tried = 0; tried < binds.length; tried += 1) {
      const bind = binds[this.#next % binds.length];
      this.#next = (this.#next + 1) % binds.length;
      if (bind !== undefined && isOfKind(bind.session, kind) && this.#roomOf(bind) > 0) return bind;
    }
    return undefined;
  }

  /** A session that is ending takes nothing more, whatever its window says. */
  #roomOf(bind: Bind): number {
    const { session } = bind;
    if (!session.isBound || bind.octets >= maxBindOctets) return 0;
    return session.windowFree;
  }

  /** The bind has given up a message. */
  #unload(bind: Bind, octets: number): void {
    const wasFull = bind.octets >= maxBindOctets;
    bind.octets -= octets;
    if (wasFull && bind.octets < maxBindOctets) this.ready?.();
  }

  #send(message: Message, bind: Bind, given: Report): void {
    const octets = message.content.length;
    bind.octets += octets;
    const report: Report = (reported, outcome) => {
      given(reported, outcome);
      this.#unload(bind, octets);
    };
    const { session } = bind;
    const settings = this.#settingsOf(message.account);
    const pdu = deliveryOf(message, session.version, settings);
    if (pdu === undefined) {
      // Another ESME hears from its receipt that its text did not go, and can cut it itself; a handset hears nothing.
      const isCut = session.version === 0x33 && message.kind === 'mo';
      const segments = isCut ? segmentsOf(message, settings) : undefined;
      if (segments === undefined) {
        const detail = `${bind.label} its version or alphabet cannot express the text`;
        report(message, { kind: 'failed', state: 'undeliverable', error: 0, detail });
        return;
      }
      this.#sendSegments(segments, 0, message, bind, report);
    } else session.send(pdu, (result) => this.#report(message, outcomeOf(result, bind), report));
    this.onSent?.(message);
  }

  /** One after the other: they take no more of the window than a message does, and a refusal spares the rest. */
  #sendSegments(
    segments: readonly Delivery[],
    at: number,
    message: Message,
    bind: Bind,
    report: Report,
  ): void {
    bind.session.send(segments[at] as Delivery, (result) => {
      const outcome = outcomeOf(result, bind);
      const next = at + 1;
      if (outcome.kind === 'delivered' && next < segments.length)
        this.#sendSegments(segments, next, message, bind, report);
      else this.#report(message, at > 0 && outcome.kind === 'released' ? brokenOff(bind) : outcome, report);
    });
  }

  #report(message: Message, outcome: Outcome, report: Report): void {
    report(message, outcome);
    // It stands at the head of the lane again, which waits to be told that somebody has room.
    if (outcome.kind === 'retry' && outcome.afterMs === 0) this.ready?.();
  }
}

/** The kind of bind that a message is for; undefined: any that receives. */
function kindFor(
  { kind }: Message,
  settings: AccountSettings | undefined,
): 'receiver' | 'transceiver' | undefined {
  const wanted = kind === 'mo' || kind === 'mt' ? settings?.mo : settings?.receipts?.binds;
  return wanted === 'receiver' || wanted === 'transceiver' ? wanted : undefined;
}

function isOfKind(session: Bind['session'], kind: 'receiver' | 'transceiver' | undefined): boolean {
  return kind === undefined || session.kind === kind;
}

/** What the ESME's answer, or its absence, means for the message. */
function outcomeOf(result: Pdu | Error, bind: Bind): Outcome {
  const { label } = bind;
  if (result instanceof Error) return outcomeOfError(result, label);
  const { command_status } = result;
  switch (verdictOf(command_status)) {
    case 'delivered':
      return { kind: 'delivered', detail: label };
    case 'rejected':
      return {
        kind: 'failed',
        state: 'rejected',
        error: command_status,
        detail: refusal(label, command_status),
      };
    case 'later':
      return {
        kind: 'retry',
        error: command_status,
        errorClass: command_status === status.ESME_RTHROTTLED ? 'throttled' : 'busy',
        detail: refusal(label, command_status),
      };
  }
}

/** Why there was no answer, and whether the ESME may have the message. */
function outcomeOfError(error: Error, label: string): Outcome {
  const { code } = error as { readonly code?: unknown };
  if (!isOfSession(code)) {
    // The PDU itself cannot be sent to this peer: no attempt will ever do.
    return { kind: 'failed', state: 'undeliverable', error: 0, detail: `${label} ${error.message}` };
  }
  if (!('maybeSent' in error && error.maybeSent === true)) return released;
  // Redelivered, since losing is worse than doubling; the mark says which ones may have come twice.
  const detail = `${label} unanswered: sent again, possible duplicate`;
  return { kind: 'retry', error: 0, errorClass: 'unreachable', afterMs: 0, detail };
}

/** The session ended between two segments. */
function brokenOff({ label }: Bind): Outcome {
  const detail = `${label} ended between segments: sent again, possible duplicate`;
  return { kind: 'retry', error: 0, errorClass: 'unreachable', afterMs: 0, detail };
}

/** Errors that are about the session, not about the message. */
function isOfSession(code: unknown): boolean {
  switch (code) {
    case 'CHAPPE_SMPP_CLOSED':
    case 'CHAPPE_SMPP_TIMEOUT':
    case 'CHAPPE_SMPP_QUEUE_FULL':
    case 'CHAPPE_SMPP_ABORTED':
    case 'CHAPPE_SMPP_STATE':
    case 'CHAPPE_SMPP_MALFORMED_RESPONSE':
      return true;
    default:
      return false;
  }
}

function refusal(label: string, commandStatus: number): string {
  return `${label} ${statusName(commandStatus) ?? `0x${commandStatus.toString(16)}`}`;
}
