import { type DecodedPdu, decode, encode, type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../src/core/events.ts';
import { SessionCore } from '../../src/core/session-core.ts';
import { bindPdu, CorePair, coreOptions } from '../support/core-pair.ts';
import { hex } from '../support/raw-peer.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;
const deliver = { command: 'deliver_sm', source_addr: '2', destination_addr: '1' } as const;

function outputOf(core: SessionCore): DecodedPdu[] {
  const bytes = core.output() ?? new Uint8Array(0);
  const pdus: DecodedPdu[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
    pdus.push(decode(bytes.subarray(at, at + length)));
    at += length;
  }
  return pdus;
}

function eventsOf(core: SessionCore): SessionEvent[] {
  const events: SessionEvent[] = [];
  for (let event = core.nextEvent(); event; event = core.nextEvent()) events.push(event);
  return events;
}

/** An MC with a bound peer, fed with raw octets. */
function boundMc(kind = 'transceiver', version = 0x34, changes = {}): SessionCore {
  const core = new SessionCore('mc', coreOptions({ version: 0x50, ...changes }), 0);
  core.receive(encode({ ...bindPdu(kind, version), sequence_number: 1 } as PduInput), 0);
  eventsOf(core);
  core.respond(1, { command: `bind_${kind}_resp` as 'bind_receiver_resp', system_id: 'mc' }, 0);
  core.output();
  return core;
}

describe('binding', () => {
  test('both ends move to the state of the bind, and the MC tells the version that holds', () => {
    for (const [kind, state] of [
      ['transmitter', 'bound_tx'],
      ['receiver', 'bound_rx'],
      ['transceiver', 'bound_trx'],
    ] as const) {
      const pair = new CorePair().bind(kind);
      expect([pair.esme.state, pair.mc.state]).toEqual([state, state]);
      expect([pair.esme.binding.version, pair.mc.binding.version]).toEqual([0x34, 0x34]);
    }
  });

  test('the effective version is the older of the two', () => {
    const bindings = [
      [0x00, 0x33],
      [0x33, 0x33],
      [0xcd, 0x33],
      [0x34, 0x34],
      [0x40, 0x34],
      [0x50, 0x50],
      [0x51, 0x50],
    ] as const;
    for (const [asked, held] of bindings) expect(boundMc('receiver', asked).binding.version).toBe(held);
    expect(boundMc('receiver', 0x50, { version: 0x34 }).binding.version).toBe(0x34);
  });

  test('sc_interface_version is told to 3.4 and 5.0 peers, and no TLV at all to 3.3', () => {
    for (const [version, tlvs] of [
      [0x33, []],
      [0x34, [{ name: 'sc_interface_version', tag: 0x0210, value: 0x34 }]],
      [0x50, [{ name: 'sc_interface_version', tag: 0x0210, value: 0x50 }]],
    ] as const) {
      const core = new SessionCore('mc', coreOptions({ version: 0x50 }), 0);
      core.receive(encode({ ...bindPdu('receiver', version), sequence_number: 7 } as PduInput), 0);
      eventsOf(core);
      core.respond(7, { command: 'bind_receiver_resp', system_id: 'mc' }, 0);
      expect(outputOf(core)).toMatchObject([{ command: 'bind_receiver_resp', sequence_number: 7, tlvs }]);
    }
  });

  test('an MC that does not tell its version is taken for 3.4, or what the option says', () => {
    for (const [assumeVersion, held] of [
      [0x34, 0x34],
      [0x33, 0x33],
    ] as const) {
      const core = new SessionCore('esme', coreOptions({ version: 0x50, assumeVersion }), 0);
      core.request(bindPdu('transmitter', 0x50), 0, 'bind');
      core.output();
      core.receive(encode({ command: 'bind_transmitter_resp', sequence_number: 1, system_id: 'mc' }), 0);
      expect(eventsOf(core)).toMatchObject([{ kind: 'response', token: 'bind' }]);
      expect([core.state, core.binding.version]).toEqual(['bound_tx', held]);
    }
  });

  test('a refused bind has no body, leaves the session open, and another may follow in the time that is left', () => {
    const core = new SessionCore('mc', coreOptions({ sessionInitMs: 10_000 }), 0);
    core.receive(encode({ ...bindPdu(), sequence_number: 1 } as PduInput), 4_000);
    eventsOf(core);
    expect(core.deadline()).toBe(Number.POSITIVE_INFINITY);
    core.respond(1, { command: 'bind_transceiver_resp', command_status: status.ESME_RINVPASWD }, 5_000);
    expect(Buffer.from(core.output() ?? []).toString('hex')).toBe('00000010800000090000000e00000001');
    expect(core.state).toBe('open');
    expect(core.deadline()).toBe(11_000);
    core.receive(encode({ ...bindPdu(), sequence_number: 2 } as PduInput), 6_000);
    eventsOf(core);
    core.respond(2, { command: 'bind_transceiver_resp', system_id: 'mc' }, 6_000);
    expect(core.state).toBe('bound_trx');
  });

  test('a second bind is answered ESME_RALYBND, while the first is looked at and after it', () => {
    const core = new SessionCore('mc', coreOptions(), 0);
    const bind = (sequence_number: number) => encode({ ...bindPdu(), sequence_number } as PduInput);
    core.receive(Buffer.concat([bind(1), bind(2)]), 0);
    expect(eventsOf(core).map(({ kind }) => kind)).toEqual(['bind', 'notice']);
    core.respond(1, { command: 'bind_transceiver_resp', system_id: 'mc' }, 0);
    core.receive(bind(3), 0);
    eventsOf(core);
    expect(
      outputOf(core).map((pdu) => [pdu.sequence_number, 'command_status' in pdu && pdu.command_status]),
    ).toEqual([
      [2, status.ESME_RALYBND],
      [1, 0],
      [3, status.ESME_RALYBND],
    ]);
  });

  test('the password is nowhere once the bind was seen', () => {
    const pair = new CorePair().bind();
    expect(pair.mc.binding.bind).toMatchObject({ system_id: 'esme', password: '********' });
    expect(pair.esme.binding.bind).toMatchObject({ system_id: 'esme', password: '********' });
  });

  test('outbind: the MC asks, the ESME binds on the same connection', () => {
    const pair = new CorePair();
    pair.mc.request({ command: 'outbind', system_id: 'mc', password: 'x' }, 0, undefined);
    pair.drive();
    expect([pair.mc.state, pair.esme.state]).toEqual(['outbound', 'outbound']);
    expect(pair.esmeEvents).toMatchObject([
      { kind: 'notification', pdu: { command: 'outbind', system_id: 'mc' } },
    ]);
    pair.bind('receiver');
    expect([pair.mc.state, pair.esme.state]).toEqual(['bound_rx', 'bound_rx']);
  });
});

describe('requests and responses', () => {
  test('numbers start at 1, step by 1, each direction for itself, and the response brings the token back', () => {
    const pair = new CorePair().bind();
    expect([pair.esme.request(submit, 0, 'a'), pair.esme.request(submit, 0, 'b')]).toEqual([2, 3]);
    expect(pair.mc.request(deliver, 0, 'c')).toBe(1);
    pair.drive();
    pair.mc.respond(3, { command: 'submit_sm_resp', message_id: 'second' }, 0);
    pair.mc.respond(2, { command: 'submit_sm_resp', message_id: 'first' }, 0);
    pair.esme.respond(1, { command: 'deliver_sm_resp' }, 0);
    pair.drive();
    expect(pair.esmeEvents.filter(({ kind }) => kind === 'response')).toMatchObject([
      { token: 'b', pdu: { message_id: 'second' } },
      { token: 'a', pdu: { message_id: 'first' } },
    ]);
    expect(pair.mcEvents.at(-1)).toMatchObject({ kind: 'response', token: 'c' });
  });

  test('a response to nothing, of another command, or repeated is dropped and counted', () => {
    const pair = new CorePair().bind();
    const sequence = pair.esme.request(submit, 0, 'a');
    const responses: PduInput[] = [
      { command: 'submit_sm_resp', sequence_number: 99, message_id: 'x' },
      { command: 'query_sm_resp', sequence_number: sequence, message_id: 'x' },
      { command: 'generic_nack', sequence_number: 0, command_status: 3 },
      { command: 'submit_sm_resp', sequence_number: sequence, message_id: 'y' },
      { command: 'submit_sm_resp', sequence_number: sequence, message_id: 'y' },
    ];
    pair.esme.receive(Buffer.concat(responses.map((pdu) => encode(pdu))), 0);
    pair.collect();
    expect(
      pair.esmeEvents.map((event) => (event.kind === 'notice' ? event.notice.what : event.kind)),
    ).toEqual(['stray_response', 'stray_response', 'stray_response', 'response', 'stray_response']);
    expect(pair.esme.counters.strayResponses).toBe(4);
    expect(pair.esme.output()).toBeDefined(); // the submit_sm itself
    expect(pair.esme.output()).toBeUndefined();
  });

  test('generic_nack settles the request of its number', () => {
    const pair = new CorePair().bind();
    const sequence = pair.esme.request(submit, 0, 'a');
    pair.esme.receive(encode({ command: 'generic_nack', sequence_number: sequence, command_status: 3 }), 0);
    pair.collect();
    expect(pair.esmeEvents).toMatchObject([
      { kind: 'response', token: 'a', pdu: { command: 'generic_nack', command_status: 3 } },
    ]);
  });

  test('the same request number twice is answered twice', () => {
    const core = boundMc();
    const twice = encode({ ...submit, sequence_number: 5 });
    core.receive(Buffer.concat([twice, twice]), 0);
    for (const event of eventsOf(core)) {
      if (event.kind === 'request') core.respond(event.pdu.sequence_number, { command: 'submit_sm_resp' }, 0);
    }
    expect(outputOf(core).map((pdu) => pdu.sequence_number)).toEqual([5, 5]);
  });

  test('more open requests than the window allows are answered ESME_RTHROTTLED, in their order', () => {
    const core = boundMc('transceiver', 0x34, { peerWindow: 2 });
    const requests = [1, 2, 3, 4].map((sequence_number) => encode({ ...submit, sequence_number }));
    core.receive(Buffer.concat(requests), 0);
    expect(eventsOf(core)).toMatchObject([
      { kind: 'request' },
      { kind: 'request' },
      { kind: 'notice', notice: { what: 'throttled', status: status.ESME_RTHROTTLED } },
      { kind: 'notice', notice: { what: 'throttled', pdu: { sequence_number: 4 } } },
    ]);
    expect(outputOf(core)).toMatchObject([
      { sequence_number: 3, command_status: status.ESME_RTHROTTLED },
      { sequence_number: 4, command_status: status.ESME_RTHROTTLED },
    ]);
    core.respond(1, { command: 'submit_sm_resp' }, 0);
    core.receive(encode({ ...submit, sequence_number: 5 }), 0);
    expect(eventsOf(core)).toMatchObject([{ kind: 'request', pdu: { sequence_number: 5 } }]);
    expect(core.counters.throttled).toBe(2);
  });

  test('what cannot be sent throws, takes no number and leaves nothing behind', () => {
    const pair = new CorePair().bind('receiver');
    expect(() => pair.esme.request(submit, 0, 'x')).toThrow(/may not be sent in state bound_rx/);
    const trx = new CorePair().bind();
    expect(() => trx.esme.request({ ...submit, source_addr: 'x'.repeat(99) }, 0, 'x')).toThrow(/source_addr/);
    expect(trx.esme.output()).toBeUndefined();
    expect(trx.esme.request(submit, 0, 'y')).toBe(2);
  });
});

describe('what cannot be taken', () => {
  test('a length below 16 or above the limit: generic_nack ESME_RINVCMDLEN, then the end', () => {
    for (const octets of ['0000000f 00000004 00000000 00000009', 'ffffffff 00000004 00000000 00000009']) {
      const core = boundMc();
      core.receive(hex(octets), 0);
      expect(eventsOf(core).map(({ kind }) => kind)).toEqual(['notice', 'close']);
      expect(outputOf(core)).toMatchObject([
        { command: 'generic_nack', command_status: status.ESME_RINVCMDLEN, sequence_number: 9 },
      ]);
    }
  });

  test('before the bind a PDU may have 1 KiB, after it 128 KiB', () => {
    const core = new SessionCore('mc', coreOptions(), 0);
    core.receive(hex('00000401 00000004 00000000 00000001'), 0);
    expect(eventsOf(core).at(-1)).toMatchObject({ kind: 'close', reason: 'framing_error' });
    const bound = boundMc();
    bound.receive(hex('00020000 00000004 00000000 00000001'), 0);
    expect(eventsOf(bound)).toEqual([]);
    const over = boundMc();
    over.receive(hex('00020001 00000004 00000000 00000001'), 0);
    expect(eventsOf(over).at(-1)).toMatchObject({ kind: 'close', reason: 'framing_error' });
  });

  test('an unknown request is answered generic_nack ESME_RINVCMDID, an unknown response not at all', () => {
    const core = boundMc();
    core.receive(hex('00000013 00010200 00000000 00000009 616263'), 0);
    core.receive(hex('00000013 80010200 00000000 0000000a 616263'), 0);
    expect(eventsOf(core)).toMatchObject([
      { kind: 'notice', notice: { what: 'unknown_command' } },
      { kind: 'notice', notice: { what: 'unknown_command' } },
    ]);
    expect(outputOf(core)).toEqual([{ ...decode(hex('00000010 80000000 00000003 00000009')) }]);
  });

  test('a body that cannot be read: the own response with the status of the field; the session goes on', () => {
    const core = boundMc();
    core.receive(hex('00000019 00000004 00000000 00000001 00 01 01 3132333400 01'), 0);
    core.receive(
      hex(
        '0000002b 00000005 00000000 00000002 00 0101 3132333400 0101 3536373800 000000 00 00 00000000 14 6869',
      ),
      0,
    );
    core.receive(encode({ ...submit, sequence_number: 3 }), 0);
    expect(eventsOf(core).map(({ kind }) => kind)).toEqual(['notice', 'notice', 'request']);
    const answers = outputOf(core);
    expect(answers.map(({ command, sequence_number }) => [command, sequence_number])).toEqual([
      ['submit_sm_resp', 1],
      ['deliver_sm_resp', 2],
    ]);
    expect(answers[0]).toMatchObject({ flags: ['body_omitted'] });
    // Out of place says more than unreadable: an MC takes no deliver_sm.
    expect(answers[1]).toMatchObject({ command_status: status.ESME_RINVBNDSTS });
  });

  test('a response that cannot be read settles its request', () => {
    const pair = new CorePair().bind();
    const sequence = pair.esme.request({ command: 'query_sm', message_id: '1' }, 0, 'q');
    const body = '41'.repeat(1100);
    const length = (16 + 1100).toString(16).padStart(8, '0');
    const number = sequence.toString(16).padStart(8, '0');
    pair.esme.receive(hex(`${length} 80000003 00000000 ${number} ${body}`), 0);
    pair.collect();
    const last = pair.esmeEvents.filter(({ kind }) => kind === 'failed' || kind === 'response');
    expect(last).toMatchObject([{ token: 'q' }]);
    expect(pair.esme.window.taken).toBe(0);
  });

  test('a request with an error status is taken as any other', () => {
    const core = boundMc();
    core.receive(encode({ ...submit, sequence_number: 4, command_status: 0x58 }), 0);
    expect(eventsOf(core)).toMatchObject([{ kind: 'request' }]);
  });
});

describe('closing', () => {
  test('unbind is answered at once, the connection outlives it by a bounded time', () => {
    const pair = new CorePair({ unbindMs: 5_000 }, { unbindMs: 5_000 }).bind();
    pair.esme.request({ command: 'unbind' }, 0, 'u');
    pair.drive();
    expect(pair.mcEvents).toMatchObject([{ kind: 'unbound' }]);
    expect(pair.esmeEvents).toMatchObject([
      { kind: 'response', token: 'u' },
      { kind: 'close', reason: 'closed' },
    ]);
    expect(pair.mc.state).toBe('unbound');
    pair.advance(5_000);
    expect(pair.mcEvents.at(-1)).toMatchObject({ kind: 'close', reason: 'peer_unbound' });
  });

  test('requests taken before the unbind are answered before it', () => {
    const pair = new CorePair().bind();
    pair.esme.request(submit, 0, 's');
    pair.esme.request({ command: 'unbind' }, 0, 'u');
    pair.drive();
    expect(pair.esmeEvents).toEqual([]);
    pair.mc.respond(2, { command: 'submit_sm_resp', message_id: 'late' }, 0);
    pair.drive();
    expect(pair.esmeEvents).toMatchObject([{ token: 's' }, { token: 'u' }, { kind: 'close' }]);
  });

  test('an unbind is answered after a second even if earlier requests are not', () => {
    const pair = new CorePair().bind();
    pair.esme.request(submit, 0, 's');
    pair.esme.request({ command: 'unbind' }, 0, 'u');
    pair.advance(1_000);
    expect(pair.esmeEvents).toMatchObject([
      { token: 'u' },
      { kind: 'failed', why: 'closed', token: 's' },
      { kind: 'close' },
    ]);
  });

  test('close waits for what is open in both directions, refuses new requests, then unbinds', () => {
    const pair = new CorePair().bind();
    pair.mc.request(deliver, 0, 'd');
    pair.esme.request(submit, 0, 's');
    pair.drive();
    pair.mc.close(pair.nowMs, 10_000);
    pair.esme.request(submit, 0, 'refused');
    pair.drive();
    expect(pair.esmeEvents.at(-1)).toMatchObject({
      token: 'refused',
      pdu: { command_status: status.ESME_RTHROTTLED },
    });
    expect(pair.mc.state).toBe('bound_trx');
    pair.mc.respond(2, { command: 'submit_sm_resp', message_id: 'm' }, 0);
    pair.drive();
    expect(pair.mc.state).toBe('bound_trx');
    pair.esme.respond(1, { command: 'deliver_sm_resp' }, 0);
    pair.drive();
    expect(pair.mcEvents.at(-1)).toMatchObject({ kind: 'close', reason: 'closed' });
    expect(pair.esme.state).toBe('unbound');
  });

  test('close does not wait longer than told, nor for an answer to its unbind', () => {
    const pair = new CorePair({}, { unbindMs: 5_000, enquireLinkMs: 0 }).bind();
    pair.deafEsme = true;
    pair.mc.request(deliver, 0, 'd', 60_000);
    pair.mc.close(0, 2_000);
    pair.advance(1_999);
    expect(pair.mc.state).toBe('bound_trx');
    pair.advance(2_000);
    expect(pair.mc.state).toBe('closed');
    expect(pair.mcEvents).toMatchObject([
      { kind: 'failed', why: 'closed', token: 'd' },
      { kind: 'close', reason: 'closed' },
    ]);
  });

  test('what the answers have left of the time of close is for the answer to our unbind', () => {
    const pair = new CorePair({}, { unbindMs: 5_000, enquireLinkMs: 0 }).bind();
    pair.deafEsme = true;
    pair.mc.close(0, 2_000);
    expect(pair.mc.state).toBe('unbound');
    pair.advance(1_999);
    expect(pair.mc.state).toBe('unbound');
    pair.advance(2_000);
    expect(pair.mc.state).toBe('closed');
  });

  test('unbinds that cross are both answered', () => {
    const pair = new CorePair().bind();
    pair.mc.close(0, 1_000);
    pair.esme.close(0, 1_000);
    pair.drive();
    expect([pair.mcEvents.at(-1), pair.esmeEvents.at(-1)]).toMatchObject([
      { kind: 'close', reason: 'closed' },
      { kind: 'close', reason: 'closed' },
    ]);
  });

  test('a lost connection fails every outstanding request, and the session is deaf and mute after it', () => {
    const pair = new CorePair().bind();
    for (const token of ['a', 'b', 'c']) pair.esme.request(submit, 0, token);
    pair.esme.end('connection_lost');
    pair.collect();
    expect(pair.esmeEvents.map((event) => ('token' in event ? event.token : event.kind))).toEqual([
      'a',
      'b',
      'c',
      'close',
    ]);
    expect(() => pair.esme.request(submit, 0, 'd')).toThrow(/session ended/);
    pair.esme.receive(encode({ command: 'enquire_link', sequence_number: 1 }), 0);
    expect(pair.esme.nextEvent()).toBeUndefined();
    expect(pair.esme.deadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
