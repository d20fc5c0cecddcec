import type { Pdu, PduOf } from '@chappe/protocol';
import type { Notice } from '../../src/core/events.ts';
import type { SessionOptions } from '../../src/core/options.ts';
import { SessionCore } from '../../src/core/session-core.ts';
import type { CloseReason } from '../../src/errors.ts';
import { createLoop, type LoopLimits, loopDefaults } from '../../src/session/loop.ts';
import { Session, type SessionOwner } from '../../src/session/session.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { bindPdu, coreOptions } from './core-pair.ts';

/** An owner that notes everything; a test replaces what it needs. */
export class NotingOwner implements SessionOwner {
  requests: Pdu[] = [];
  notices: Notice[] = [];
  errors: unknown[] = [];
  ends: CloseReason[] = [];
  handle: (session: Session, pdu: Pdu) => void = () => undefined;

  onBind(session: Session, pdu: PduOf<'bind_transceiver' | 'bind_receiver' | 'bind_transmitter'>): void {
    session.respond(pdu, { system_id: 'mc' } as never);
  }
  onRequest(session: Session, pdu: Pdu): void {
    this.requests.push(pdu);
    this.handle(session, pdu);
  }
  onNotification(_session: Session, pdu: Pdu): void {
    this.requests.push(pdu);
  }
  onNotice(_session: Session, notice: Notice): void {
    this.notices.push(notice);
  }
  onUnbound(): void {}
  onEnd(_session: Session, reason: CloseReason): void {
    this.ends.push(reason);
  }
  onError(error: unknown): void {
    this.errors.push(error);
  }
}

/** Two bound sessions in memory, in simulated time. */
export class SessionPair {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly esmeOwner: NotingOwner = new NotingOwner();
  readonly mcOwner: NotingOwner = new NotingOwner();
  readonly transports: readonly [Transport, Transport] = memoryPair();
  readonly esme: Session;
  readonly mc: Session;

  constructor(options: Partial<SessionOptions> = {}, limits: Partial<LoopLimits> = {}) {
    const loop = createLoop(this.clock, { ...loopDefaults, ...limits });
    const core = (role: 'esme' | 'mc'): SessionCore =>
      new SessionCore(
        role,
        coreOptions({ sessionInitMs: 0, version: 0x50, ...options }),
        this.clock.monotonicMs(),
      );
    this.esme = new Session(1, core('esme'), this.transports[0], loop, this.esmeOwner);
    this.mc = new Session(2, core('mc'), this.transports[1], loop, this.mcOwner);
  }

  /** Starts both and binds. */
  async bind(): Promise<this> {
    this.esme.start();
    this.mc.start();
    this.esme.submit(bindPdu(), () => undefined, 0);
    await settle();
    return this;
  }
}
