import type { PduInput, Version } from '@chappe/protocol';
import type { SessionEvent } from '../../src/core/events.ts';
import { type SessionOptions, sessionDefaults, standardCodec, WriterPool } from '../../src/core/options.ts';
import { SessionCore } from '../../src/core/session-core.ts';

/** Session options for tests: the defaults, and what the test changes. */
export function coreOptions(changes: Partial<SessionOptions> = {}): SessionOptions {
  return { ...sessionDefaults, codec: standardCodec, writers: new WriterPool(standardCodec), ...changes };
}

/** A bind as an ESME sends it. */
export function bindPdu(kind = 'transceiver', version: number = 0x34): PduInput {
  return {
    command: `bind_${kind}` as 'bind_transceiver',
    system_id: 'esme',
    password: 'secret',
    interface_version: version,
  };
}

/** Both ends of a session in simulated time, without sockets: what one puts out the other receives. */
export class CorePair {
  nowMs = 0;
  readonly esme: SessionCore;
  readonly mc: SessionCore;
  readonly esmeEvents: SessionEvent[] = [];
  readonly mcEvents: SessionEvent[] = [];
  /** The connection is cut in this direction: octets vanish. */
  deafMc = false;
  deafEsme = false;

  constructor(esme: Partial<SessionOptions> = {}, mc: Partial<SessionOptions> = {}) {
    this.esme = new SessionCore('esme', coreOptions({ sessionInitMs: 0, ...esme }), 0);
    this.mc = new SessionCore('mc', coreOptions({ version: 0x50, ...mc }), 0);
  }

  /** Carries octets back and forth until both are silent. */
  drive(): void {
    for (let i = 0; i < 1000; i++) {
      const toMc = this.esme.output();
      const toEsme = this.mc.output();
      if (toMc === undefined && toEsme === undefined) return;
      if (toMc !== undefined && !this.deafMc) this.mc.receive(toMc, this.nowMs);
      if (toEsme !== undefined && !this.deafEsme) this.esme.receive(toEsme, this.nowMs);
      this.collect();
    }
    throw new Error('the two ends never come to rest');
  }

  collect(): void {
    for (let event = this.mc.nextEvent(); event; event = this.mc.nextEvent()) this.mcEvents.push(event);
    for (let event = this.esme.nextEvent(); event; event = this.esme.nextEvent()) this.esmeEvents.push(event);
  }

  /** Lets time go by, deadline by deadline. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    this.drive();
    for (;;) {
      const nextMs = Math.min(this.esme.deadline(), this.mc.deadline());
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      this.esme.expire(this.nowMs);
      this.mc.expire(this.nowMs);
      this.collect();
      this.drive();
    }
    this.nowMs = untilMs;
  }

  /** Binds, and forgets the events of it. */
  bind(kind = 'transceiver', version: Version | number = 0x34): this {
    this.esme.request(bindPdu(kind, version), this.nowMs, 'bind');
    this.drive();
    const asked = this.mcEvents.findLast((event) => event.kind === 'bind');
    if (asked?.kind !== 'bind') throw new Error('the bind did not arrive');
    const command = `${asked.pdu.command}_resp` as 'bind_transceiver_resp';
    this.mc.respond(asked.pdu.sequence_number, { command, system_id: 'mc' }, this.nowMs);
    this.drive();
    this.mcEvents.length = 0;
    this.esmeEvents.length = 0;
    return this;
  }
}
