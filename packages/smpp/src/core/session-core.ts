/**
 * One SMPP session without socket, timer, clock or randomness: octets, requests and the time go in; events, octets
 * and the next deadline come out. The same core serves both roles.
 *
 * A shell calls `receive` with each chunk, `nextEvent` until it is undefined, sends `output` once, and calls `expire`
 * when `deadline` has passed. A shell that stops asking for events stops the work. `nowMs` is a monotonic clock.
 */
import { Framer, type MalformedPdu, type Pdu, type PduInput, status } from '@chappe/protocol';
import { type CloseReason, SmppClosedError, SmppError } from '../errors.ts';
import { Binding } from './binding.ts';
import { Closing } from './closing.ts';
import { withCongestion } from './congestion.ts';
import { type BindPdu, type Notice, newCounters, type SessionCounters, type SessionEvent } from './events.ts';
import { responseTo } from './exchange.ts';
import { asRefusal, nackedRequest } from './generic-nack.ts';
import { after, Liveness } from './liveness.ts';
import type { SessionCodec, SessionOptions } from './options.ts';
import { Outbound } from './outbound.ts';
import { Refusals } from './refusals.ts';
import {
  isBound,
  type Permissions,
  permissionsFor,
  type SessionRole,
  type SessionState,
  vendorRule,
} from './states.ts';
import { PduTaps } from './tap.ts';
import { overdue, type TimerName, Timers } from './timers.ts';
import { verdictWithTlvs } from './tlv-lengths.ts';
import { fitTo } from './versions.ts';
import { type Outstanding, Window } from './window.ts';

function noticed(notice: Notice): SessionEvent {
  return { kind: 'notice', notice };
}

/** The rules of one session; see the head of this file. */
export class SessionCore {
  readonly role: SessionRole;
  readonly counters: SessionCounters = newCounters();
  /** Who is bound, as what, and in which version. */
  readonly binding: Binding;
  /** Our requests that await a response. */
  readonly window: Window;
  /** Requests of the peer that may await our answer. May be changed at any time. */
  peerWindow: number;
  /** How its PDUs are read and written. */
  readonly codec: SessionCodec;
  readonly #options: SessionOptions;
  readonly #framer: Framer;
  readonly #timers = new Timers();
  /** Who watches its PDUs. */
  readonly taps: PduTaps;
  readonly #out: Outbound;
  readonly #refusals: Refusals;
  readonly #liveness: Liveness;
  readonly #closing: Closing;
  #events: SessionEvent[] = [];
  #state: SessionState = 'open';
  #permissions: Permissions;
  #receivedMs: number;

  constructor(role: SessionRole, options: SessionOptions, nowMs: number) {
    this.role = role;
    this.#options = options;
    this.codec = options.codec;
    this.#framer = new Framer({ maxPduOctets: options.maxPduOctetsBeforeBind });
    this.window = new Window(options.window);
    this.peerWindow = options.peerWindow;
    this.taps = new PduTaps(options);
    this.#out = new Outbound(options, this.counters, this.window, this.taps);
    this.#refusals = new Refusals(this.#out, this.counters);
    this.binding = new Binding(options, this.#timers);
    this.#liveness = new Liveness(options, this.#timers);
    this.#closing = new Closing(options, this.#timers, this.window, this.counters);
    this.#permissions = permissionsFor(role, options.version, 'open');
    this.#receivedMs = nowMs;
    this.#timers.sessionInit = after(nowMs, options.sessionInitMs);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whether `close` was called or either side has unbound: answers may be the last step of closing. */
  get isClosing(): boolean {
    return this.#closing.isUnderway;
  }

  /** Takes octets of the peer. They must not change afterwards: PDUs are views of them. */
  receive(bytes: Uint8Array, nowMs: number): void {
    if (this.#state === 'closed') return;
    this.counters.bytesIn += bytes.length;
    this.#receivedMs = nowMs;
    this.#liveness.received(nowMs);
    this.#framer.push(bytes);
  }

  /** What has happened; undefined when nothing more has. */
  nextEvent(): SessionEvent | undefined {
    for (;;) {
      if (this.#events.length > 0) return this.#events.shift();
      if (this.#state === 'closed') return undefined;
      const frame = this.#framer.next();
      if (frame === undefined) {
        this.#liveness.settled(this.#framer.pendingOctets, this.#receivedMs);
        return undefined;
      }
      if (!(frame instanceof Uint8Array)) {
        this.#events.push(noticed(this.#refusals.framing(frame)));
        this.end('framing_error');
        continue;
      }
      this.#liveness.framed();
      const event = this.#readPdu(frame);
      if (event !== undefined) return event;
    }
  }

  /**
   * Sends a request (a bind, an operation, enquire_link) or a notification, and returns its sequence number. The
   * token comes back with the response. Throws `EncodeError` and `SmppError` (state, version) for what cannot be
   * sent; a full window is the caller's to respect.
   */
  request(
    pdu: PduInput,
    nowMs: number,
    token: unknown,
    timeoutMs: number = this.#options.responseTimeoutMs,
  ): number {
    const { command } = pdu;
    if (this.#state === 'closed') throw new SmppClosedError('closed', false);
    const rule = this.#permissions.send[command] ?? vendorRule(command, this.#state);
    if (!rule.isAllowed) {
      throw new SmppError('CHAPPE_SMPP_STATE', `${command} may not be sent in state ${this.#state}`);
    }
    const sequence = this.#out.writeRequest(fitTo(this.binding.version, pdu));
    const { response, takesSlot } = rule;
    if (response === undefined) {
      if (command === 'outbind') this.#enter('outbound');
      return sequence;
    }
    this.window.add({ sequence, response, deadlineMs: after(nowMs, timeoutMs), token, takesSlot });
    if (takesSlot) {
      this.counters.requestsOut++;
      this.#liveness.transaction(nowMs);
    } else if (command === 'unbind') {
      this.#enter('unbound');
      this.#closing.saidUnbind(nowMs);
    } else if (command !== 'enquire_link') this.binding.requested(pdu as BindPdu, sequence);
    return sequence;
  }

  /** Answers a request of the peer. Throws `EncodeError` and `SmppError` (version); nothing is sent then. */
  respond(sequence: number, pdu: PduInput, nowMs: number): void {
    if (this.#state === 'closed') return;
    if (this.binding.isPending && pdu.command.startsWith('bind_')) {
      this.#answerBind(sequence, pdu, nowMs);
      return;
    }
    this.#out.write(
      fitTo(this.binding.version, withCongestion(this.#options, this.binding.version, pdu)),
      sequence,
    );
    if (this.counters.requestsOpen > 0) this.counters.requestsOpen--;
    if (this.#closing.isUnderway) this.#advanceClosing(nowMs);
  }

  /** The octets to be sent; undefined when there are none. */
  output(): Uint8Array | undefined {
    return this.#out.take();
  }

  /** When `expire` is to be called; `Infinity` for never. May be earlier than necessary. */
  deadline(): number {
    return Math.min(this.#timers.next(), this.window.deadlineMs);
  }

  /** Lets the timers act whose time has come. */
  expire(nowMs: number): void {
    for (const request of this.window.expire(nowMs)) {
      this.counters.timeouts++;
      this.#events.push({ kind: 'failed', why: 'timeout', token: request.token });
    }
    if (this.#closing.isOurs) this.#advanceClosing(nowMs);
    let timer = this.#timers.expired(nowMs);
    while (timer !== undefined) {
      this.#onTimer(timer, nowMs);
      timer = this.#timers.expired(nowMs);
    }
  }

  /**
   * Ends the session in order: waits up to `drainMs` until all that is open in both directions is answered, sends
   * unbind, waits for its answer in what is left of that time. New requests of the peer are refused meanwhile. Ends in a `close`
   * event.
   */
  close(nowMs: number, drainMs: number): void {
    if (this.#state === 'closed' || this.#closing.isOurs) return;
    if (!isBound(this.#state)) {
      if (this.#state !== 'unbound') this.end('closed');
      return;
    }
    this.#closing.drain(nowMs, drainMs);
    this.#advanceClosing(nowMs, drainMs === 0);
  }

  /** Ends the session at once: the connection is gone, or is to go. Outstanding requests fail. */
  end(cause: CloseReason): void {
    if (this.#state === 'closed') return;
    // After unbind it is in order that the peer closes the connection.
    const inOrder = cause === 'connection_lost' && this.#state === 'unbound';
    const reason = inOrder ? (this.#closing.isOurs ? 'closed' : 'peer_unbound') : cause;
    this.#enter('closed');
    this.#timers.clear();
    for (const { token } of this.window.clear()) {
      // Our own unbind has no token: nobody waits for it.
      if (token !== undefined) this.#events.push({ kind: 'failed', why: reason, token });
    }
    this.#events.push({ kind: 'close', reason });
  }

  /** Tells that reading stops or goes on: while we do not read, the timers of the peer's silence rest. */
  pauseRead(isPaused: boolean, nowMs: number): void {
    if (this.#state !== 'closed') this.#liveness.pause(isPaused, nowMs);
  }

  #readPdu(frame: Uint8Array): SessionEvent | undefined {
    const pdu = this.#options.codec.decode(frame, this.#options.decodeOptions);
    this.counters.pdusIn++;
    if (this.taps.isWatched) this.taps.received(pdu, frame);
    const placed = this.#permissions.take[pdu.command];
    const verdict = verdictWithTlvs(placed, pdu, this.role, this.binding.version);
    if (verdict === 0) return this.#takeRequest(pdu as Pdu);
    if (verdict !== undefined) return noticed(this.#refusals.misplaced(pdu as Pdu, verdict));
    if (pdu.command === 'malformed') return this.#takeMalformed(pdu);
    if (pdu.command === 'unknown') return noticed(this.#refusals.unknown(pdu));
    if (pdu.command === 'generic_nack') return this.#takeNack(pdu);
    const isOfVendor = responseTo(pdu.command) !== undefined;
    return isOfVendor && isBound(this.#state) ? this.#takeOperation(pdu) : this.#takeResponse(pdu);
  }

  #takeRequest(pdu: Pdu): SessionEvent | undefined {
    switch (pdu.command) {
      case 'enquire_link':
        this.#refusals.answer(pdu.sequence_number, 'enquire_link_resp', 0);
        return undefined;
      case 'unbind':
        return this.#takeUnbind(pdu.sequence_number);
      case 'bind_receiver':
      case 'bind_transmitter':
      case 'bind_transceiver':
        return this.#takeBind(pdu);
      case 'outbind':
      case 'alert_notification':
        if (pdu.command === 'outbind') this.#enter('outbound');
        return { kind: 'notification', pdu };
      default:
        return this.#takeOperation(pdu);
    }
  }

  #takeOperation(pdu: Pdu): SessionEvent | undefined {
    const { counters } = this;
    this.#liveness.transaction(this.#receivedMs);
    if (this.#closing.isOurs || counters.requestsOpen >= this.peerWindow) {
      counters.throttled++;
      // 3.4 5.1.3: an ESME says "temporary application error" where an MC says "throttled".
      const busy = this.role === 'mc' ? status.ESME_RTHROTTLED : status.ESME_RX_T_APPN;
      this.#refusals.answer(pdu.sequence_number, responseTo(pdu.command)!, busy);
      return noticed({ what: 'throttled', pdu, status: busy });
    }
    counters.requestsIn++;
    counters.requestsOpen++;
    return { kind: 'request', pdu };
  }

  #takeBind(pdu: BindPdu): SessionEvent | undefined {
    // A second bind while the first is being looked at (SMPP 5.0 4.7.6: ESME_RALYBND).
    if (this.binding.isPending) return noticed(this.#refusals.misplaced(pdu, status.ESME_RALYBND));
    this.binding.asked(pdu, this.#receivedMs);
    return { kind: 'bind', pdu };
  }

  #answerBind(sequence: number, pdu: PduInput, nowMs: number): void {
    const binding = this.binding;
    this.#out.write(fitTo(binding.version, binding.answer(pdu)), sequence);
    this.#bound(binding.answered((pdu.command_status ?? 0) === 0, nowMs), nowMs);
  }

  #bound(state: SessionState | undefined, nowMs: number): void {
    if (state === undefined) return;
    this.#enter(state);
    this.#framer.maxPduOctets = this.#options.maxPduOctets;
    this.#liveness.bound(nowMs);
  }

  #takeNack(pdu: Pdu): SessionEvent | undefined {
    const request = nackedRequest(this.window, this.binding, this.#state, pdu.sequence_number);
    return request === undefined ? this.#takeStray(pdu) : this.#takeAnswer(asRefusal(pdu), request);
  }

  #takeResponse(pdu: Pdu): SessionEvent | undefined {
    const request = this.window.take(pdu.sequence_number, pdu.command);
    return request === undefined ? this.#takeStray(pdu) : this.#takeAnswer(pdu, request);
  }

  #takeStray(pdu: Pdu): SessionEvent | undefined {
    const meaning = this.#liveness.answered(pdu);
    // What is on its way is answered alike, and tells its sender.
    if (meaning === 'void' && this.window.taken === 0) this.end('bind_void');
    return meaning === 'stray' ? noticed(this.#refusals.stray(pdu)) : undefined;
  }

  #takeAnswer(pdu: Pdu, request: Outstanding): SessionEvent | undefined {
    this.counters.responsesIn++;
    if (!request.takesSlot) return this.#takeControlResponse(pdu, request);
    this.#liveness.transaction(this.#receivedMs);
    if (this.#closing.isOurs) this.#advanceClosing(this.#receivedMs);
    return { kind: 'response', pdu, token: request.token };
  }

  #takeControlResponse(pdu: Pdu, request: Outstanding): SessionEvent | undefined {
    const event: SessionEvent = { kind: 'response', pdu, token: request.token };
    if (request.response === 'unbind_resp') {
      if (request.token !== undefined) this.#events.push(event);
      this.end('closed');
      return undefined;
    }
    if (pdu.command.startsWith('bind_')) this.#bound(this.binding.heard(pdu), this.#receivedMs);
    return event;
  }

  #takeMalformed(pdu: MalformedPdu): SessionEvent {
    const notice = noticed(this.#refusals.malformed(pdu, this.#permissions));
    const request = pdu.name === undefined ? undefined : this.window.take(pdu.sequence_number, pdu.name);
    if (request === undefined) return notice;
    this.#events.push(notice);
    return { kind: 'failed', why: 'malformed', token: request.token };
  }

  #takeUnbind(sequence: number): SessionEvent | undefined {
    const isFirst = this.#state !== 'unbound';
    if (isFirst) {
      this.#enter('unbound');
      this.#liveness.left();
    }
    this.#closing.peerUnbound(sequence, this.#receivedMs);
    this.#advanceClosing(this.#receivedMs);
    return isFirst ? { kind: 'unbound' } : undefined;
  }

  /** Takes the next step of closing, if what it waits for has come, or its time is over. */
  #advanceClosing(nowMs: number, regardless = false): void {
    const step = this.#closing.next(isBound(this.#state), regardless);
    if (step === 'unbind') this.request({ command: 'unbind' }, nowMs, undefined, 0);
    else if (step === 'unbind_resp') this.#refusals.answer(this.#closing.answerUnbind(nowMs), step, 0);
  }

  #onTimer(timer: TimerName, nowMs: number): void {
    switch (timer) {
      case 'unbind':
        this.end(this.#closing.isOurs ? 'closed' : 'peer_unbound');
        break;
      case 'inactivity':
        // A transaction that is under way is activity.
        if (this.counters.requestsOpen > 0 || this.window.taken > 0) {
          this.#liveness.transaction(nowMs);
          break;
        }
        // SMPP 5.0 2.7.3: unbind or close. Said, but not waited for.
        this.#out.writeRequest({ command: 'unbind' });
        this.end('inactivity_timeout');
        break;
      case 'drain':
      case 'unbindAnswer':
        this.#advanceClosing(nowMs, true);
        break;
      case 'enquireLink':
        this.#enquire(nowMs);
        break;
      default:
        this.end(overdue[timer]);
    }
  }

  #enquire(nowMs: number): void {
    this.#liveness.enquired(nowMs, this.#out.writeRequest({ command: 'enquire_link' }));
  }

  #enter(state: SessionState): void {
    this.#state = state;
    this.#permissions = permissionsFor(this.role, this.binding.version, state);
  }
}
