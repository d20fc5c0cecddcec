/** Whatever a user of the library answers, and however: one peer is told, `onError` hears it, the server lives. */
import { connect } from 'node:net';
import { createCodec, encode, type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { OutbindListener } from '../../src/client/outbind-listener.ts';
import { SmppStatus } from '../../src/errors.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import { SmppServer } from '../../src/server/server.ts';
import { DEFERRED } from '../../src/session/operations.ts';
import { settle } from '../../src/simulated-clock.ts';
import { bindPdu } from '../support/core-pair.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { closeLater, startServer } from '../support/servers.ts';
import { thenable } from '../support/thenable.ts';
import { catchWarnings } from '../support/warnings.ts';

const bind = { ...bindPdu(), sequence_number: 1 } as PduInput;
const submit = { command: 'submit_sm', sequence_number: 2, source_addr: '1', destination_addr: '2' } as const;
const bug = (): never => {
  throw new Error('bug');
};

const warnings = catchWarnings();

/** The ways in which a value may be given as an answer. */
const ways: readonly (readonly [string, (value: () => unknown) => unknown])[] = [
  ['returned', (value) => value()],
  ['by a promise', async (value) => value()],
  [
    'by a thenable',
    (value) =>
      thenable((resolve, reject) => {
        try {
          resolve(value());
        } catch (error) {
          reject(error);
        }
      }),
  ],
  ['late', (value) => new Promise((resolve) => setImmediate(resolve)).then(value)],
];

describe('a decision of authenticate', () => {
  const wrong: readonly (readonly [string, () => unknown, string | RegExp])[] = [
    ['a name too long', () => ({ accept: true, systemId: 'x'.repeat(300) }), /system_id/],
    ['a name outside Latin-1', () => ({ accept: true, systemId: 'центр' }), /system_id/],
    ['a name with a NUL', () => ({ accept: true, systemId: 'a\0b' }), /system_id/],
    ['a name that is no string', () => ({ accept: true, systemId: 7 }), /system_id/],
    ['a status below 0', () => ({ accept: false, status: -1 }), /command_status/],
    ['a status beyond 32 bits', () => ({ accept: false, status: 2 ** 32 }), /command_status/],
    ['a status that is no number', () => ({ accept: false, status: 'ESME_RBINDFAIL' }), /command_status/],
    ['a fraction', () => ({ accept: false, status: 1.5 }), /command_status/],
    ['a SmppStatus that is none', () => bugWith(new SmppStatus(Number.NaN, 'x')), /command_status/],
    ['nothing: a forgotten return', () => undefined, 'authenticate returned undefined'],
    ['null', () => null, 'authenticate returned null'],
    ['true', () => true, 'authenticate returned true'],
    ['a string', () => 'ok', 'authenticate returned ok'],
    ['an empty object', () => ({}), 'neither true nor false'],
    ['an accept that is no boolean', () => ({ accept: 'false' }), 'neither true nor false'],
    ['a misspelt field', () => ({ accept: true, system_id: 'x' }), 'did you mean systemId?'],
    ['a field of nobody', () => ({ accept: true, account: 7 }), 'known are accept'],
    ['a window of 0', () => ({ accept: true, window: 0 }), 'window 0'],
    ['a window that is no number', () => ({ accept: true, window: '10' }), 'window 10'],
    ['an error', bug, 'bug'],
    ['an error that is none', () => bugWith(undefined), ''],
  ];

  function bugWith(error: unknown): never {
    throw error;
  }

  test.each(ways)(
    'that is none, %s, is ESME_RSYSERR to that peer, and the next is let in',
    async (_way, give) => {
      const errors: unknown[] = [];
      let value: () => unknown = bug;
      const server = await startServer({
        authenticate: (() => give(value)) as ServerOptions['authenticate'],
        onError: (error) => errors.push(error),
      });
      for (const [what, decision, message] of wrong) {
        value = decision;
        const peer = await RawPeer.connect(server.port);
        expect([what, await peer.ask(bind)]).toEqual([
          what,
          expect.objectContaining({ command: 'bind_transceiver_resp', command_status: status.ESME_RSYSERR }),
        ]);
        const error = errors.pop();
        const told = error instanceof Error ? error.message : '';
        if (message instanceof RegExp) expect([what, told]).toEqual([what, expect.stringMatching(message)]);
        else expect([what, told]).toEqual([what, expect.stringContaining(message)]);
        expect(errors).toEqual([]);
        // The connection is as after any refusal: the peer may try again on it.
        value = () => ({ accept: true });
        expect(await peer.ask(bind)).toMatchObject({ command_status: 0 });
        peer.destroy();
      }
      expect(server.counters).toMatchObject({ bindsRefused: wrong.length, bindsAccepted: wrong.length });
    },
  );

  test.each(ways)('that is right, %s, is followed', async (_way, give) => {
    const server = await startServer({
      authenticate: (({ pdu }) =>
        give(() =>
          pdu.system_id === 'esme'
            ? { accept: true, systemId: 'centre', window: 1, context: 7 }
            : { accept: false, status: status.ESME_RINVSYSID },
        )) as ServerOptions['authenticate'],
    });
    const peer = await RawPeer.connect(server.port);
    expect(await peer.ask({ ...bind, system_id: 'x' } as PduInput)).toMatchObject({
      command_status: status.ESME_RINVSYSID,
    });
    expect(await peer.ask(bind)).toMatchObject({ command_status: 0, system_id: 'centre' });
    expect([...server.sessions][0]?.context).toBe(7);
    peer.destroy();
  });
});

describe('the answer of a handler', () => {
  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    ['a string', () => 'id1', 'a string'],
    ['a number', () => 5, '5'],
    ['nothing', () => undefined, 'undefined'],
    ['null', () => null, 'null'],
    ['a list', () => [{ message_id: '1' }], 'a list'],
    ['another symbol', () => Symbol('done'), 'Symbol(done)'],
    ['a misspelt field', () => ({ messageId: 'id1' }), 'did you mean message_id?'],
    ['a field of another response', () => ({ message_state: 2 }), 'it has message_id'],
    ['a status by another name', () => ({ commandStatus: 8 }), 'did you mean command_status?'],
    ['an id that is no string', () => ({ message_id: 5 }), 'message_id'],
    ['an id too long', () => ({ message_id: 'x'.repeat(66) }), 'message_id'],
    ['an id outside Latin-1', () => ({ message_id: '№1' }), 'message_id'],
    ['a status below 0', () => ({ command_status: -1 }), 'command_status'],
    ['a status that is no number', () => ({ command_status: '8' }), 'command_status'],
    ['an unknown TLV', () => ({ message_id: '1', tlvs: { nonsense: 1 } }), 'nonsense'],
    ['a TLV of a wrong value', () => ({ message_id: '1', tlvs: { message_state: 'x' } }), 'message_state'],
    ['TLVs that are none', () => ({ message_id: '1', tlvs: null }), ''],
    ['TLVs that are a text', () => ({ message_id: '1', tlvs: 'x' }), 'tlvs: must be'],
    ['a TLV that is null', () => ({ message_id: '1', tlvs: [null] }), 'tlvs: must hold objects'],
    ['TLVs in a Map', () => ({ message_id: '1', tlvs: new Map([['message_state', 2]]) }), 'tlvs: must be'],
    ['an error that is returned', () => new Error('no room'), 'an error (no room), which is to be thrown'],
    [
      'an error with fields',
      () => Object.assign(new Error('x'), { message_id: '1' }),
      'an error (x), which is to be thrown',
    ],
    ['a Map', () => new Map([['message_id', '1']]), 'a Map'],
    ['a Date', () => new Date(0), 'a Date'],
    ['an error', bug, 'bug'],
  ];
  const deferred: (typeof ways)[number] = ['deferred', bug];

  test.each([...ways, deferred])(
    'that is none, %s, is ESME_RSYSERR, and the session goes on',
    async (way, give) => {
      const errors: unknown[] = [];
      let value: () => unknown = bug;
      const server = await startServer({
        operations: {
          submit_sm: ((pdu, session) => {
            if (way !== 'deferred') return give(value);
            setImmediate(() => session.respond(pdu, value() as never));
            return DEFERRED;
          }) as NonNullable<NonNullable<ServerOptions['operations']>['submit_sm']>,
        },
        onError: (error, where) => errors.push([where, error]),
      });
      const peer = await RawPeer.bound(server.port);
      for (const [what, answer, message] of wrong) {
        // What the user throws where it answers later is the user's own.
        if (way === 'deferred' && answer === bug) continue;
        value = answer;
        expect([what, await peer.ask(submit)]).toEqual([
          what,
          expect.objectContaining({
            command: 'submit_sm_resp',
            command_status: status.ESME_RSYSERR,
            sequence_number: 2,
          }),
        ]);
        expect([what, errors.splice(0)]).toEqual([
          what,
          [['submit_sm', expect.objectContaining({ message: expect.stringContaining(message) })]],
        ]);
        value = () => ({ message_id: 'ok' });
        expect(await peer.ask(submit)).toMatchObject({ command_status: 0, message_id: 'ok' });
      }
      expect(server.counters.requestsOpen).toBe(0);
      peer.destroy();
    },
  );

  test('a promise given to respond is ESME_RSYSERR at once: nobody waits for it', async () => {
    const errors: unknown[] = [];
    const server = await startServer({
      operations: {
        submit_sm: (pdu, session) => {
          session.respond(pdu, Promise.resolve({ message_id: '1' }) as never);
          return DEFERRED;
        },
      },
      onError: (error) => errors.push(error),
    });
    const peer = await RawPeer.bound(server.port);
    expect(await peer.ask(submit)).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(errors).toMatchObject([{ message: expect.stringContaining('which is to be awaited') }]);
    peer.destroy();
  });

  test('an object of a class may be an answer, its accessors too', async () => {
    class Reply {
      get message_id(): string {
        return 'by a class';
      }
    }
    const server = await startServer({ operations: { submit_sm: () => new Reply() } });
    const peer = await RawPeer.bound(server.port);
    expect(await peer.ask(submit)).toMatchObject({ command_status: 0, message_id: 'by a class' });
    peer.destroy();
  });

  test('a misspelt field is refused with the codec of a vendor, too', async () => {
    const errors: unknown[] = [];
    const server = await startServer({
      codec: createCodec({ tlvs: { price: { tag: 0x1400, type: 'integer', min: 2, max: 2 } } }) as never,
      operations: { submit_sm: () => ({ messageId: '1' }) as never },
      onError: (error) => errors.push(error),
    });
    const peer = await RawPeer.bound(server.port);
    expect(await peer.ask(submit)).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(errors).toMatchObject([{ message: expect.stringContaining('did you mean message_id?') }]);
    peer.destroy();
  });

  test('a response of somebody else may be passed on as it was decoded', async () => {
    const answers: unknown[] = [];
    const server = await startServer({ operations: { submit_sm: () => answers.shift() as never } });
    const peer = await RawPeer.bound(server.port);
    answers.push({
      command: 'submit_sm_resp',
      command_status: 0,
      sequence_number: 99,
      message_id: 'theirs',
      tlvs: [],
      flags: [],
    });
    expect(await peer.ask(submit)).toMatchObject({ message_id: 'theirs', sequence_number: 2 });
    answers.push({ command: 'generic_nack', command_status: 3, sequence_number: 9, tlvs: [], flags: [] });
    expect(await peer.ask(submit)).toMatchObject({ command: 'submit_sm_resp', command_status: 3 });
    peer.destroy();
  });

  test('DEFERRED by a promise is deferred too', async () => {
    const server = await startServer({
      operations: {
        submit_sm: async (pdu, session) => {
          setImmediate(() => session.respond(pdu, { message_id: 'late' }));
          return DEFERRED as never;
        },
      },
    });
    const peer = await RawPeer.bound(server.port);
    expect(await peer.ask(submit)).toMatchObject({ message_id: 'late', command_status: 0 });
    peer.write({ command: 'enquire_link', sequence_number: 3 });
    expect(await peer.next()).toMatchObject({ command: 'enquire_link_resp' });
    peer.destroy();
  });

  test.each([
    [undefined],
    [null],
    [{}],
    [{ command: 'alert_notification', sequence_number: 1 }],
    [{ command: 7 }],
  ])('respond to %j, which nobody asked, throws at nobody and says nothing', async (request) => {
    const errors: unknown[] = [];
    const server = await startServer({ onError: (error) => errors.push(error) });
    const peer = await RawPeer.bound(server.port);
    const [session] = server.sessions;
    session!.respond(request as never, 'x' as never);
    expect(errors).toHaveLength(1);
    expect(await peer.ask({ command: 'enquire_link', sequence_number: 3 })).toMatchObject({
      command: 'enquire_link_resp',
    });
    peer.destroy();
  });

  test('an id too long for a 3.3 peer, deferred, is ESME_RSYSERR to it', async () => {
    const errors: unknown[] = [];
    const server = await startServer({
      operations: {
        submit_sm: (pdu, session) => {
          Promise.resolve().then(() => session.respond(pdu, { message_id: '0123456789abcdef' }));
          return DEFERRED;
        },
      },
      onError: (error) => errors.push(error),
    });
    const peer = await RawPeer.bound(server.port, 'transmitter', 0x33);
    expect(await peer.ask(submit)).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(errors).toMatchObject([{ code: 'CHAPPE_SMPP_VERSION' }]);
    peer.destroy();
  });

  test('with a codec of its own a response may have fields of its own', async () => {
    const codec = createCodec({
      commands: {
        submit_sm_resp: {
          id: 0x80000004,
          kind: 'response',
          direction: 'MC->ESME',
          versions: ['3.4'],
          fields: { message_id: { type: 'c_octet_string', max: 65 }, price: { type: 'integer', size: 1 } },
        },
      },
    });
    const server = await startServer({
      codec: codec as never,
      operations: { submit_sm: () => ({ message_id: 'm', price: 7 }) as never },
    });
    const peer = await RawPeer.bound(server.port);
    peer.write(submit);
    const octets = await new Promise<Buffer>((resolve) => peer.socket.once('data', resolve));
    expect(octets.subarray(16).toString('hex')).toBe('6d0007');
    peer.destroy();
  });
});

describe('other functions of the user', () => {
  test.each([
    ['throws', bug],
    ['says nonsense', () => Number.NaN],
    ['says too much', () => 101],
    ['rejects', (async () => bug()) as never],
    ['says it too late', (async () => 50) as never],
  ])('a congestion that %s is not told to the peer, and the answer is', async (_what, congestion) => {
    const errors: unknown[] = [];
    const server = await startServer({ congestion, onError: (_error, where) => errors.push(where) });
    const peer = await RawPeer.bound(server.port, 'transmitter', 0x50);
    expect(await peer.ask(submit)).toMatchObject({ command_status: 0, message_id: 'm1', tlvs: [] });
    await settle();
    expect(errors).toEqual(['congestion']);
    peer.destroy();
  });

  test.each([
    ['throw', bug],
    ['reject', async () => bug()],
  ])('onBound, onClosed, onNotice, onPdu and onError that %s end nothing', async (_what, fail) => {
    const where: string[] = [];
    const server = await startServer({
      onBound: fail,
      onClosed: fail,
      onNotice: fail,
      onPdu: fail,
      onError: (_error, place) => {
        where.push(place);
        return fail() as never;
      },
    });
    const peer = await RawPeer.bound(server.port);
    peer.write({ command: 'submit_sm_resp', sequence_number: 9 });
    expect(await peer.ask(submit)).toMatchObject({ message_id: 'm1' });
    peer.destroy();
    while (server.counters.connectionsOpen > 0) await settle(1);
    await settle();
    expect(new Set(where)).toEqual(new Set(['onBound', 'onClosed', 'onNotice', 'onPdu']));
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('onError'));
    const next = await RawPeer.bound(server.port);
    expect(await next.ask(submit)).toMatchObject({ message_id: 'm2' });
    next.destroy();
  });

  test.each<[string, () => unknown]>([
    ['throws', bug],
    ['rejects', async () => bug()],
    ['says it too late', async () => true],
  ])('isKnown that %s takes nobody for known, and the connection is served', async (_what, isKnown) => {
    const errors: string[] = [];
    const server = await startServer({
      isKnown: isKnown as never,
      onError: (_error, where) => errors.push(where),
    });
    const peer = await RawPeer.bound(server.port);
    expect(await peer.ask(submit)).toMatchObject({ message_id: 'm1' });
    expect(errors).toEqual(['isKnown']);
    peer.destroy();
  });

  test.each<[string, () => unknown]>([
    ['throws', bug],
    ['rejects', async () => bug()],
    ['says it too late', async () => 7],
    ['gives no number', () => 'seven'],
    ['gives a fraction', () => 7.5],
  ])('nextSessionId that %s refuses that connection', async (_what, give) => {
    let isBroken = true;
    const errors: string[] = [];
    const server = await startServer({
      nextSessionId: () => (isBroken ? (give() as number) : 7),
      onError: (_error, where) => errors.push(where),
    });
    const refused = await RawPeer.connect(server.port);
    await refused.closed();
    expect(new Set(errors)).toEqual(new Set(['nextSessionId']));
    isBroken = false;
    const peer = await RawPeer.bound(server.port);
    expect([...server.sessions][0]?.id).toBe(7);
    peer.destroy();
  });

  test('a codec of the user that throws ends that session only', async () => {
    const errors: string[] = [];
    const { standardCodec } = await import('../../src/core/options.ts');
    const server = await startServer({
      codec: {
        ...standardCodec,
        decode: (bytes, options) => {
          const pdu = standardCodec.decode(bytes, options);
          return pdu.command === 'submit_sm' ? bug() : pdu;
        },
      },
      onError: (_error, where) => errors.push(where),
    });
    const [peer, neighbour] = [await RawPeer.bound(server.port), await RawPeer.bound(server.port)];
    peer.write(submit);
    await peer.closed();
    expect(errors).toEqual(['codec']);
    expect(await neighbour.ask({ command: 'enquire_link', sequence_number: 3 })).toMatchObject({
      command: 'enquire_link_resp',
    });
    neighbour.destroy();
  });
});

describe('the decision of a listener for outbind', () => {
  const outbind = encode({ command: 'outbind', sequence_number: 1, system_id: 'mc', password: 'pw' });

  async function listen(authenticate: () => unknown, errors: unknown[] = []): Promise<OutbindListener> {
    const options = { port: 0, systemId: 'esme', password: 'pw', operations: {} };
    return closeLater(
      await OutbindListener.listen({
        ...options,
        authenticate: authenticate as () => boolean,
        onError: (error) => errors.push(error),
      }),
    );
  }

  test.each(ways)('true, %s, is followed by our bind; false by the end', async (_way, give) => {
    for (const isKnown of [true, false]) {
      const listener = await listen(() => give(() => isKnown));
      const peer = new RawPeer(connect(listener.port, '127.0.0.1'));
      peer.write(outbind);
      if (isKnown) expect(await peer.next()).toMatchObject({ command: 'bind_receiver', system_id: 'esme' });
      else await peer.closed();
      expect(peer.received).toHaveLength(isKnown ? 1 : 0);
      peer.destroy();
    }
  });

  test.each(ways)('that is none, %s, lets nobody in', async (_way, give) => {
    for (const value of [() => undefined, () => 'yes', () => ({ accept: true }), () => 1, bug]) {
      const errors: unknown[] = [];
      const listener = await listen(() => give(value), errors);
      const peer = new RawPeer(connect(listener.port, '127.0.0.1'));
      peer.write(outbind);
      await peer.closed();
      expect(peer.received).toEqual([]);
      expect(errors).toHaveLength(1);
    }
  });

  test('onBound, onClosed and onError that throw end nothing', async () => {
    const where: string[] = [];
    const listener = closeLater(
      await OutbindListener.listen({
        port: 0,
        systemId: 'esme',
        password: 'pw',
        operations: {},
        authenticate: () => true,
        onBound: bug,
        onClosed: bug,
        onError: (_error, place) => {
          where.push(place);
          bug();
        },
      }),
    );
    for (let i = 0; i < 2; i++) {
      const peer = new RawPeer(connect(listener.port, '127.0.0.1'));
      const bindOfEsme = await peer.ask(outbind);
      peer.write({ command: 'bind_receiver_resp', sequence_number: bindOfEsme.sequence_number });
      while (where.length < 2 * i + 1) await settle(1);
      peer.destroy();
      while (where.length < 2 * i + 2) await settle(1);
    }
    expect(where).toEqual(['onBound', 'onClosed', 'onBound', 'onClosed']);
  });
});

test.each([
  ['too long', 'x'.repeat(300)],
  ['outside Latin-1', 'центр'],
  ['with a NUL', 'a\0b'],
  ['no string', 7],
])('a systemId of the options that is %s is refused by listen', async (_what, systemId) => {
  const options = { port: 0, authenticate: () => ({ accept: true }) as const, operations: {} };
  await expect(SmppServer.listen({ ...options, systemId: systemId as string })).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_OPTION',
    message: expect.stringContaining('systemId'),
  });
});

test('without onError, a handler that throws is heard once by a warning of the process', async () => {
  const server = await startServer({ operations: { submit_sm: bug, cancel_sm: () => 'x' as never } });
  const peer = await RawPeer.bound(server.port);
  for (let i = 0; i < 3; i++) {
    expect(await peer.ask(submit)).toMatchObject({ command_status: status.ESME_RSYSERR });
    expect(await peer.ask({ command: 'cancel_sm', sequence_number: 3 })).toMatchObject({
      command_status: status.ESME_RSYSERR,
    });
  }
  await settle();
  expect(warnings.map(({ message }) => message.split(' (')[0])).toEqual([
    'submit_sm: Error: bug',
    'cancel_sm: TypeError: the answer is a string, not an object with the fields of cancel_sm_resp',
  ]);
  peer.destroy();
});
