/** Errors that timers and peers make say where the program waited for what failed. */
import { status } from '@chappe/protocol';
import { expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { polite, RawCentre, type Script } from '../support/raw-centre.ts';
import { closeLater, startServer } from '../support/servers.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

interface World {
  readonly clock: SimulatedClock;
  readonly client: SmppClient;
  readonly centre: RawCentre;
}

async function world(script: Script = polite, options: ClientOptions = {}): Promise<World> {
  const clock = new SimulatedClock();
  const centre = new RawCentre(script);
  const transport = () => centre.connect();
  const client = await SmppClient.connect('smpp://a:b@memory', { clock, transport, ...options });
  return { clock, client: closeLater(client), centre };
}

const silent: Script = (pdu, connection) => {
  if (pdu.command !== 'submit_sm') polite(pdu, connection);
};

/** Each: what the program awaits, and what makes it fail. */
const failures: { readonly [what: string]: () => Promise<readonly [() => Promise<unknown>, () => unknown]> } =
  {
    'connect, nobody there': async () => [
      () => SmppClient.connect('smpp://a:b@127.0.0.1:1'),
      () => undefined,
    ],
    'connect, refused': async () => {
      const server = await startServer({
        authenticate: () => ({ accept: false, status: status.ESME_RINVPASWD }),
      });
      return [() => SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`), () => undefined];
    },
    'connect, the bind not answered': async () => {
      const clock = new SimulatedClock();
      const transport = () => new RawCentre(() => undefined).connect();
      return [
        () => SmppClient.connect('smpp://a:b@memory', { clock, transport }),
        () => clock.advance(10_000),
      ];
    },
    'connect, a wrong option': async () => [
      () => SmppClient.connect('smpp://a:b@127.0.0.1:1', { windw: 5 } as never),
      () => undefined,
    ],
    'send, no answer': async () => {
      const { client, clock } = await world(silent);
      return [() => client.send({ to: '1', text: 'x' }), () => clock.advance(60_000)];
    },
    'send, a long message half-way': async () => {
      const { client, clock } = await world(silent, { window: 1 });
      return [() => client.send({ to: '1', text: 'x'.repeat(500) }), () => clock.advance(60_000)];
    },
    'send, refused': async () => {
      const { client } = await world((pdu, connection) => {
        if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVDSTADR);
        else polite(pdu, connection);
      });
      return [() => client.send({ to: '1', text: 'x' }), () => undefined];
    },
    'send, no bind': async () => {
      const { client, clock, centre } = await world(polite, {
        reconnect: { minMs: 3_600_000, maxMs: 3_600_000 },
      });
      centre.last.reset();
      await settle();
      return [() => client.send({ to: '1', text: 'x' }), () => clock.advance(60_000)];
    },
    'request, no answer': async () => {
      const { client, clock } = await world(silent);
      return [() => client.request(submit), () => clock.advance(60_000)];
    },
    'request of a session, the connection lost': async () => {
      const { client, centre } = await world(silent);
      return [() => client.sessions[0]!.request(submit), () => centre.last.reset()];
    },
    'request, the client closed': async () => {
      const { client } = await world(silent);
      return [() => client.request(submit), () => client.destroy()];
    },
    'receipt, in vain': async () => {
      const { client, clock } = await world();
      const sent = await client.send({ to: '1', text: 'x', receipt: 'final' });
      return [() => sent.receipt({ timeoutMs: 1_000 }), () => clock.advance(1_000)];
    },
    'receipt, the client closed': async () => {
      const { client } = await world();
      const sent = await client.send({ to: '1', text: 'x', receipt: 'final' });
      return [() => sent.receipt(), () => client.destroy()];
    },
    'receipt, unasked': async () => {
      const { client } = await world();
      const sent = await client.send({ to: '1', text: 'x' });
      return [() => sent.receipt(), () => undefined];
    },
  };

test.each(Object.keys(failures))('%s: the caller is in the stack, once', async (what) => {
  const [wait, fail] = await failures[what]!();
  async function theProgram(): Promise<void> {
    await wait();
  }
  async function itsMain(): Promise<void> {
    await theProgram();
  }
  const ended = itsMain().then(
    () => undefined,
    (error: Error) => error,
  );
  await settle();
  await fail();
  const stack = (await ended)?.stack ?? '';
  expect(stack.match(/theProgram/g)).toHaveLength(1);
  expect(stack).toContain('itsMain');
});

test('an abort, too, and each waiting request has its own', async () => {
  const { client, clock } = await world(silent, { window: 1 });
  const aborting = new AbortController();
  const first = async () => client.request(submit, { signal: aborting.signal });
  const second = async () => client.request(submit);
  const ends = [first(), second()].map((end) => end.catch((error: Error) => error.stack));
  await settle();
  aborting.abort();
  await clock.advance(120_000);
  const stacks = await Promise.all(ends);
  expect(new Set(stacks).size).toBe(2);
});
