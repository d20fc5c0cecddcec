import { encode, type PduInput, statuses } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SessionCore } from '../../src/core/session-core.ts';
import { Timers } from '../../src/core/timers.ts';
import { bindPdu, CorePair, coreOptions } from '../support/core-pair.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

test('the table gives the earliest deadline, and each timer once, in order', () => {
  const timers = new Timers();
  expect(timers.next()).toBe(Number.POSITIVE_INFINITY);
  timers.inactivity = 300;
  timers.enquireLink = 100;
  timers.unbind = 200;
  expect(timers.next()).toBe(100);
  expect([timers.expired(250), timers.expired(250), timers.expired(250)]).toEqual([
    'enquireLink',
    'unbind',
    undefined,
  ]);
  expect(timers.next()).toBe(300);
  timers.clear();
  expect(timers.next()).toBe(Number.POSITIVE_INFINITY);
});

describe('in a session', () => {
  test('session init: a connection that does not bind in time is closed, however it drips octets', () => {
    const core = new SessionCore('mc', coreOptions({ sessionInitMs: 10_000 }), 0);
    const enquire = encode({ command: 'enquire_link', sequence_number: 1 });
    for (let ms = 0; ms < 10_000; ms += 1_000) {
      core.receive(enquire, ms);
      expect(core.nextEvent()).toBeUndefined();
      expect(core.deadline()).toBe(10_000);
    }
    core.expire(10_000);
    expect(core.nextEvent()).toEqual({ kind: 'close', reason: 'session_init_timeout' });
  });

  test('half a PDU: its time counts from its first octet, and anew for the next PDU', () => {
    const core = new SessionCore('mc', coreOptions({ sessionInitMs: 0, pduReadMs: 10_000 }), 0);
    const bytes = encode({ ...bindPdu(), sequence_number: 1 } as PduInput);
    core.receive(bytes.subarray(0, 5), 1_000);
    expect(core.nextEvent()).toBeUndefined();
    core.receive(bytes.subarray(5, 9), 9_000);
    expect(core.nextEvent()).toBeUndefined();
    expect(core.deadline()).toBe(11_000);
    core.receive(Buffer.concat([bytes.subarray(9), bytes.subarray(0, 3)]), 10_000);
    expect(core.nextEvent()).toMatchObject({ kind: 'bind' });
    expect(core.nextEvent()).toBeUndefined();
    expect(core.deadline()).toBe(20_000);
    core.expire(20_000);
    expect(core.nextEvent()).toEqual({ kind: 'close', reason: 'pdu_read_timeout' });
  });

  test('enquire_link goes out after silence, and any PDU of the peer counts as its answer', () => {
    const pair = new CorePair(
      { enquireLinkMs: 0 },
      { enquireLinkMs: 30_000, enquireLinkResponseMs: 10_000 },
    ).bind();
    pair.advance(29_999);
    expect(pair.esme.counters.pdusIn).toBe(1);
    pair.advance(1);
    expect(pair.esme.counters.pdusIn).toBe(2);
    pair.advance(600_000);
    expect(pair.mc.state).toBe('bound_trx');
    expect(pair.mc.counters.strayResponses).toBe(0);
    // The answer is lost, but something else comes.
    pair.deafMc = true;
    pair.advance(30_000);
    pair.deafMc = false;
    pair.esme.request(submit, pair.nowMs, 's');
    pair.drive();
    pair.advance(10_000);
    expect(pair.mc.state).toBe('bound_trx');
  });

  describe('an answer to enquire_link', () => {
    const answer = (
      pdu: PduInput,
    ): { readonly state: string; readonly last: unknown; readonly strays: number } => {
      const pair = new CorePair({ enquireLinkMs: 0 }, { enquireLinkMs: 30_000 }).bind();
      const { mc } = pair;
      pair.deafEsme = true;
      pair.advance(30_000);
      // Its first request.
      mc.receive(encode({ ...pdu, sequence_number: 1 } as PduInput), pair.nowMs);
      let last: unknown;
      for (let event = mc.nextEvent(); event !== undefined; event = mc.nextEvent()) last = event;
      return { state: mc.state, last, strays: mc.counters.strayResponses };
    };

    test.each(['enquire_link_resp', 'generic_nack'] as const)(
      '%s about the bind ends the session',
      (command) => {
        for (const { value, class: of } of Object.values(statuses)) {
          const { state, last, strays } = answer({ command, command_status: value });
          const isVoid = of === 'bind';
          expect([state, strays]).toEqual([isVoid ? 'closed' : 'bound_trx', 0]);
          if (isVoid) expect(last).toEqual({ kind: 'close', reason: 'bind_void' });
        }
      },
    );
  });

  describe.each(['mc', 'esme'] as const)('a dead peer of the %s', (role) => {
    test.each([
      [30_000, 10_000],
      [10_000, 10_000],
      [5_000, 10_000],
      [1_000, 2_000],
      [1_000, 1_000],
      [2_000, 1_000],
      [1, 60_000],
      [60_000, 1],
      [7_000, 20_999],
    ])(
      'is found after its silence and the answer time: %i and %i ms',
      (enquireLinkMs, enquireLinkResponseMs) => {
        const options = { enquireLinkMs, enquireLinkResponseMs };
        const quiet = { enquireLinkMs: 0 };
        const pair =
          role === 'mc' ? new CorePair(quiet, options).bind() : new CorePair(options, quiet).bind();
        const [core, events] = role === 'mc' ? [pair.mc, pair.mcEvents] : [pair.esme, pair.esmeEvents];
        // Alive for a while, it is asked and answers.
        pair.advance(10 * enquireLinkMs);
        const asked = core.counters.pdusOut;
        expect(asked).toBe(11);
        pair.deafMc = pair.deafEsme = true;
        pair.advance(enquireLinkMs + enquireLinkResponseMs - 1);
        expect(core.state).toBe('bound_trx');
        // Asked once: a second question would put off the end.
        expect(core.counters.pdusOut).toBe(asked + 1);
        pair.advance(1);
        expect(events.at(-1)).toEqual({ kind: 'close', reason: 'enquire_link_timeout' });
      },
    );

    test('is asked again and again, and kept, where no answer is waited for', () => {
      const options = { enquireLinkMs: 1_000, enquireLinkResponseMs: 0 };
      const quiet = { enquireLinkMs: 0 };
      const pair = role === 'mc' ? new CorePair(quiet, options).bind() : new CorePair(options, quiet).bind();
      const core = role === 'mc' ? pair.mc : pair.esme;
      pair.deafMc = pair.deafEsme = true;
      pair.advance(20_000);
      expect(core.state).toBe('bound_trx');
      expect(core.counters.pdusOut).toBe(21);
    });

    test('is found although it fell silent while we did not read', () => {
      const options = { enquireLinkMs: 5_000, enquireLinkResponseMs: 10_000 };
      const quiet = { enquireLinkMs: 0 };
      const pair = role === 'mc' ? new CorePair(quiet, options).bind() : new CorePair(options, quiet).bind();
      const [core, events] = role === 'mc' ? [pair.mc, pair.mcEvents] : [pair.esme, pair.esmeEvents];
      pair.deafMc = pair.deafEsme = true;
      pair.advance(6_000);
      core.pauseRead(true, pair.nowMs);
      pair.advance(60_000);
      expect(core.state).toBe('bound_trx');
      core.pauseRead(false, pair.nowMs);
      pair.advance(14_999);
      expect(core.state).toBe('bound_trx');
      pair.advance(1);
      expect(events.at(-1)).toEqual({ kind: 'close', reason: 'enquire_link_timeout' });
    });
  });

  test('a dead peer is found within the interval and the answer time', () => {
    const pair = new CorePair({ enquireLinkMs: 0 }, {}).bind();
    pair.deafMc = true;
    pair.advance(39_999);
    expect(pair.mc.state).toBe('bound_trx');
    pair.advance(1);
    expect(pair.mcEvents.at(-1)).toEqual({ kind: 'close', reason: 'enquire_link_timeout' });
  });

  test('inactivity: enquire_link keeps alive but is no business; unbind is said, then the end', () => {
    const pair = new CorePair({}, { enquireLinkMs: 10_000, inactivityMs: 60_000 }).bind();
    pair.advance(50_000);
    const sequence = pair.esme.request(submit, pair.nowMs, 's');
    pair.drive();
    pair.mc.respond(sequence, { command: 'submit_sm_resp', message_id: 'm' }, pair.nowMs);
    pair.drive();
    pair.esmeEvents.length = 0;
    pair.advance(59_999);
    expect(pair.mc.state).toBe('bound_trx');
    pair.advance(1);
    expect(pair.mcEvents.at(-1)).toEqual({ kind: 'close', reason: 'inactivity_timeout' });
    expect(pair.esmeEvents).toMatchObject([{ kind: 'unbound' }]);
  });

  test('inactivity: a request that is being worked on is activity', () => {
    const pair = new CorePair({}, { inactivityMs: 60_000 }).bind();
    const sequence = pair.esme.request(submit, 0, 's', 0);
    pair.advance(300_000);
    expect(pair.mc.state).toBe('bound_trx');
    pair.mc.respond(sequence, { command: 'submit_sm_resp', message_id: 'm' }, pair.nowMs);
    pair.advance(60_000);
    expect(pair.mcEvents.at(-1)).toEqual({ kind: 'close', reason: 'inactivity_timeout' });
  });

  test('response: a request without answer fails after its own time, the others stay', () => {
    const pair = new CorePair({ responseTimeoutMs: 60_000, enquireLinkMs: 0 }, { enquireLinkMs: 0 }).bind();
    pair.esme.request(submit, 0, 'default');
    pair.esme.request(submit, 0, 'short', 1_000);
    pair.advance(1_000);
    expect(pair.esmeEvents).toMatchObject([{ kind: 'failed', why: 'timeout', token: 'short' }]);
    expect(pair.esme.window.taken).toBe(1);
    pair.advance(59_000);
    expect(pair.esmeEvents.at(-1)).toMatchObject({ kind: 'failed', why: 'timeout', token: 'default' });
    expect(pair.esme.window.taken).toBe(0);
    expect(pair.esme.counters.timeouts).toBe(2);
  });

  test('while we do not read, silence is not the fault of the peer', () => {
    const pair = new CorePair({ enquireLinkMs: 0 }, { inactivityMs: 60_000 }).bind();
    pair.mc.receive(Uint8Array.of(0, 0), 0);
    pair.collect();
    pair.mc.pauseRead(true, 0);
    expect(pair.mc.deadline()).toBe(Number.POSITIVE_INFINITY);
    pair.mc.pauseRead(false, 500_000);
    expect(pair.mc.deadline()).toBe(530_000);
  });

  test('0 turns a timer off', () => {
    const off = { sessionInitMs: 0, enquireLinkMs: 0, inactivityMs: 0, responseTimeoutMs: 0, pduReadMs: 0 };
    const pair = new CorePair(off, off).bind();
    pair.esme.request(submit, 0, 's');
    pair.drive();
    expect([pair.esme.deadline(), pair.mc.deadline()]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
