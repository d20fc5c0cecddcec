/** Properties 1, 2, 19 to 23, 26 and 28 of the field survey: what a peer sends, whatever it is. */
import { createServer } from 'node:net';
import {
  createCodec,
  decode,
  encode,
  Framer,
  type PduInput,
  type PduOf,
  status,
  tlvByTag,
} from '@chappe/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { SessionCodec } from '../../src/core/options.ts';
import { SessionCore } from '../../src/core/session-core.ts';
import { settle } from '../../src/simulated-clock.ts';
import { bindPdu, CorePair, coreOptions } from '../support/core-pair.ts';
import { hex, RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/servers.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;
const enquire = hex('00000010 00000015 00000000 00000063');

/** A PDU, damaged: some octets changed, cut or added, its length made to fit again or not. */
const damagedPdu = fc
  .record({
    pdu: fc.constantFrom<PduInput[]>(
      {
        ...submit,
        sequence_number: 5,
        short_message: Buffer.from('hello'),
        tlvs: { user_message_reference: 1 },
      },
      { command: 'submit_multi', sequence_number: 5, dest_address: [{ dest_flag: 2, dl_name: 'list' }] },
      { command: 'query_sm', sequence_number: 5, message_id: 'abc' },
      { command: 'data_sm', sequence_number: 5, tlvs: { message_payload: Buffer.from('data') } },
      { command: 'submit_sm_resp', sequence_number: 5, message_id: 'abc' },
      { command: 'deliver_sm', sequence_number: 5, short_message: Buffer.from('hi') },
      { command: 'enquire_link', sequence_number: 5 },
      { command: 'unbind_resp', sequence_number: 5 },
    ),
    changes: fc.array(fc.record({ at: fc.nat(200), to: fc.nat(255) }), { maxLength: 6 }),
    cut: fc.nat(20),
    tail: fc.uint8Array({ maxLength: 20 }),
    fits: fc.boolean(),
  })
  .map(({ pdu, changes, cut, tail, fits }) => {
    const whole = Buffer.from(encode(pdu));
    const bytes = Buffer.concat([whole.subarray(0, Math.max(16, whole.length - cut)), tail]);
    for (const { at, to } of changes) bytes[4 + (at % (bytes.length - 4))] = to;
    if (fits) bytes.writeUInt32BE(bytes.length, 0);
    return bytes;
  });

test('property 1: no octets of a peer throw, at any state, of either role', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('esme' as const, 'mc' as const),
      fc.boolean(),
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 64 }), damagedPdu), { maxLength: 8 }),
      (role, isBound, chunks) => {
        const pair = isBound ? new CorePair().bind() : new CorePair();
        const core = role === 'esme' ? pair.esme : pair.mc;
        for (const chunk of chunks) {
          core.receive(chunk, 0);
          for (let event = core.nextEvent(); event; event = core.nextEvent()) {
            if (event.kind === 'bind')
              core.respond(event.pdu.sequence_number, { command: `${event.pdu.command}_resp` }, 0);
          }
          core.output();
        }
        core.expire(1e9);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('property 1: octets and resets at random, by socket: server and client go on, and nobody dies', async () => {
  const server = await startServer();
  const neighbour = await RawPeer.bound(server.port);
  const random = fc.sample(
    fc.tuple(fc.oneof(fc.uint8Array({ maxLength: 200 }), damagedPdu), fc.boolean()),
    200,
  );
  await Promise.all(
    random.map(async ([bytes, isBound]) => {
      const peer = isBound ? await RawPeer.bound(server.port) : await RawPeer.connect(server.port);
      peer.write(bytes);
      await settle(2);
      peer.socket.resetAndDestroy();
    }),
  );
  expect(await neighbour.ask(enquire)).toMatchObject({ command: 'enquire_link_resp' });
  neighbour.destroy();
  while (server.counters.connectionsOpen > 0) await settle(1);

  const hostile = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(Buffer.from(random[socket.remotePort! % random.length]![0]));
    setImmediate(() => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  const { port } = hostile.address() as { port: number };
  const ends = await Promise.allSettled(
    Array.from({ length: 30 }, () =>
      SmppClient.connect(`smpp://a:b@127.0.0.1:${port}`, { reconnect: false }),
    ),
  );
  expect(ends.every(({ status: end }) => end === 'rejected')).toBe(true);
  await new Promise<void>((resolve) => hostile.close(() => resolve()));
});

test('property 2: after an undecodable PDU the next enquire_link is answered, or the session is closed', () => {
  fc.assert(
    fc.property(fc.array(damagedPdu, { minLength: 1, maxLength: 4 }), (pdus) => {
      const core = new CorePair().bind().mc;
      for (const pdu of pdus) core.receive(pdu, 0);
      while (core.nextEvent() !== undefined);
      core.output();
      // A length that promises more than came is waited for, no longer than its timer.
      core.expire(10_000);
      core.receive(enquire, 10_000);
      while (core.nextEvent() !== undefined);
      // The answer to an unbind among them may leave first.
      const framer = new Framer();
      framer.push(core.output() ?? Buffer.of());
      const answers: string[] = [];
      for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next()) {
        answers.push(decode(frame).command);
      }
      expect(answers.includes('enquire_link_resp') || core.state === 'closed').toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('property 19: TLVs of vendors pass through a handler and back, verbatim, repeated, in order', async () => {
  const server = await startServer({
    operations: { submit_sm: ({ tlvs }) => ({ message_id: 'm', tlvs }) },
  });
  const peer = await RawPeer.bound(server.port);
  const tlvs = [
    { tag: 0x1403, value: Buffer.from('a') },
    { name: 'callback_num', value: Buffer.from('1111') } as const,
    { tag: 0x1400, value: Buffer.of() },
    { name: 'callback_num', value: Buffer.from('2222') } as const,
    { tag: 0x1403, value: Buffer.from('b') },
  ];
  const answer = (await peer.ask({ ...submit, sequence_number: 2, tlvs })) as PduOf<'submit_sm_resp'>;
  expect(answer.tlvs.map(({ tag }) => tag)).toEqual([0x1403, 0x0381, 0x1400, 0x0381, 0x1403]);
  expect(tlvByTag(answer, 0x1403).map(String)).toEqual(['a', 'b']);
  peer.destroy();
});

test('property 19: TLVs and commands of a vendor are typed by registration, for one server alone', async () => {
  const codec = createCodec({
    commands: {
      vendor_ping: {
        id: 0x00010200,
        kind: 'request',
        direction: 'both',
        versions: ['3.4'],
        response: 'vendor_ping_resp',
        fields: {},
      },
      vendor_ping_resp: {
        id: 0x80010200,
        kind: 'response',
        direction: 'both',
        versions: ['3.4'],
        fields: {},
      },
    },
    tlvs: { vendor_price: { tag: 0x1403, type: 'integer', min: 4, max: 4 } },
  }) as unknown as SessionCodec;
  const seen: unknown[] = [];
  const server = await startServer({
    codec,
    operations: {
      submit_sm: ({ tlvs }) => {
        seen.push(...tlvs);
        return { message_id: 'm' };
      },
    },
  });
  const peer = await RawPeer.bound(server.port);
  await peer.ask({ ...submit, sequence_number: 2, tlvs: [{ tag: 0x1403, value: Buffer.of(0, 0, 1, 0) }] });
  expect(seen).toMatchObject([{ name: 'vendor_price', tag: 0x1403, value: 256 }]);
  const answer = await peer.ask(hex('00000010 00010200 00000000 00000009'));
  // No handler: the vendor's own response says so, not generic_nack.
  expect(answer).toMatchObject({
    command: 'unknown',
    command_id: 0x80010200,
    command_status: status.ESME_RINVCMDID,
  });
  peer.destroy();
});

test('property 20: a response settles its request with and without body, at any status; a body is kept', () => {
  const bodies = ['', '00', '616200', '6162'];
  for (const body of bodies) {
    for (const commandStatus of [0, 0x14, 0x45, 0x400]) {
      const pair = new CorePair().bind();
      const sequence = pair.esme.request(submit, 0, 's');
      const length = 16 + body.length / 2;
      const word = (value: number) => value.toString(16).padStart(8, '0');
      pair.esme.receive(hex(`${word(length)} 80000004 ${word(commandStatus)} ${word(sequence)} ${body}`), 0);
      const event = pair.esme.nextEvent();
      const message_id = body.startsWith('6162') ? 'ab' : '';
      expect(event).toMatchObject({
        kind: 'response',
        token: 's',
        pdu: { command_status: commandStatus, message_id },
      });
    }
  }
});

test('property 21: padding after the text and a short sm_length are flagged, and the message is taken', () => {
  const core = new CorePair().bind().mc;
  const good = Buffer.from(encode({ ...submit, sequence_number: 2, short_message: Buffer.from('hello') }));
  const padded = Buffer.concat([good, Buffer.of(0)]);
  padded.writeUInt32BE(padded.length, 0);
  core.receive(padded, 0);
  const event = core.nextEvent();
  expect(event).toMatchObject({ kind: 'request', pdu: { flags: ['trailing_garbage:00'] } });
  expect(
    event?.kind === 'request' &&
      'short_message' in event.pdu &&
      Buffer.from(event.pdu.short_message).toString(),
  ).toBe('hello');
});

test('property 22: limits of decoding can be set; long system_ids and passwords of real peers pass by default', () => {
  const bind = (system_id: string) => {
    const bytes = Buffer.concat([
      Buffer.from(
        encode({ ...bindPdu(), system_id: '', password: '', sequence_number: 1 } as PduInput),
      ).subarray(0, 16),
      Buffer.from(`${system_id}\0${'p'.repeat(30)}\0\0`),
      hex('34 00 00 00'),
    ]);
    bytes.writeUInt32BE(bytes.length, 0);
    return bytes;
  };
  const lenient = new SessionCore('mc', coreOptions(), 0);
  lenient.receive(bind('a'.repeat(40)), 0);
  expect(lenient.nextEvent()).toMatchObject({ kind: 'bind', pdu: { system_id: 'a'.repeat(40) } });
  const tight = new SessionCore('mc', coreOptions({ decodeOptions: { maxFieldOctets: 20 } }), 0);
  tight.receive(bind('a'.repeat(40)), 0);
  expect(tight.nextEvent()).toMatchObject({ kind: 'notice', notice: { what: 'malformed' } });
});

test('property 23: a client that meets HTTP, TLS or text says so', async () => {
  for (const [octets, hint] of [
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'http'],
    ['\x15\x03\x01\x00\x02\x02\x28', 'tls'],
    ['220 mail.example ESMTP\r\n', 'text'],
  ] as const) {
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      socket.end(Buffer.from(octets, 'latin1'));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const notices: unknown[] = [];
    const options = {
      reconnect: false,
      onNotice: (_: unknown, notice: unknown) => notices.push(notice),
    } as const;
    const end = SmppClient.connect(`smpp://a:b@127.0.0.1:${port}`, options);
    await expect(end).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', reason: 'framing_error' });
    expect(notices).toMatchObject([{ what: 'framing_error', error: { hint } }]);
    await new Promise<void>((resolve) => other.close(() => resolve()));
  }
});

test('property 26: numbers are ours alone, and every response copies the number of its request', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 20 }), (numbers) => {
      const core = new CorePair().bind().mc;
      core.receive(
        Buffer.concat(numbers.map((sequence_number) => encode({ ...submit, sequence_number }))),
        0,
      );
      const asked: number[] = [];
      for (let event = core.nextEvent(); event; event = core.nextEvent()) {
        if (event.kind === 'request') asked.push(event.pdu.sequence_number);
      }
      for (const sequence of asked.toReversed())
        core.respond(sequence, { command: 'submit_sm_resp', message_id: 'm' }, 0);
      const answered: number[] = [];
      const bytes = Buffer.from(core.output() ?? []);
      for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at))
        answered.push(bytes.readUInt32BE(at + 12));
      expect(answered).toEqual(numbers.toReversed());
    }),
  );
  const pair = new CorePair().bind();
  const given = [1, 2, 3].map((sequence_number) =>
    pair.esme.request({ ...submit, sequence_number: sequence_number * 100 }, 0, 0),
  );
  expect(given).toEqual([2, 3, 4]);
});

test('property 28: the same octets in any pieces make the same events', () => {
  const pdus: PduInput[] = [
    { ...submit, sequence_number: 2, short_message: Buffer.from('one') },
    { command: 'enquire_link', sequence_number: 3 },
    { command: 'query_sm', sequence_number: 4, message_id: 'abc' },
    { ...submit, sequence_number: 5, tlvs: { message_payload: Buffer.alloc(3_000, 'x') } },
  ];
  const stream = Buffer.concat(pdus.map((pdu) => encode(pdu)));
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
      const core = new CorePair().bind().mc;
      const numbers: number[] = [];
      const ends = [...new Set(cuts), stream.length].sort((a, b) => a - b);
      let start = 0;
      for (const end of ends) {
        core.receive(stream.subarray(start, end), 0);
        for (let event = core.nextEvent(); event; event = core.nextEvent()) {
          if (event.kind === 'request') numbers.push(event.pdu.sequence_number);
        }
        start = end;
      }
      expect(numbers).toEqual([2, 4, 5]);
    }),
  );
  for (let cut = 1; cut < stream.length; cut += 7) {
    const core = new CorePair().bind().mc;
    for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
      core.receive(chunk, 0);
      while (core.nextEvent() !== undefined);
    }
    expect(core.counters.requestsIn).toBe(3);
  }
});
