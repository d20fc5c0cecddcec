/**
 * Random PDUs over real sockets, from customers and from operators at once, by every version, while another customer
 * goes about its business. Whatever they send: the process lives, the other customer is served, the ledger is right.
 * scripts/fuzz-sockets.ts runs it at length.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gateway } from '@chappe/gateway';
import { type GatewaySettings, hashPassword } from '@chappe/policy';
import { SmppClient, SmppServer } from '@chappe/smpp';
import { SqliteStore } from '@chappe/store-sqlite';
import { randomOf } from '../../packages/protocol/test/codec/fuzzing.ts';
import { PduSource } from './pdus.ts';
import { type BindLine, customer, Operator } from './peers.ts';

/** What a run does and how it ended. */
export interface SocketFuzzReport {
  readonly count: number;
  readonly seed: number;
  /** Messages of the other customer that were taken meanwhile. */
  readonly served: number;
  /** Messages of the hostile one that were taken, so that it is known how deep the random PDUs reach. */
  readonly accepted: number;
  /** Receipts and messages of operators that were understood. */
  readonly fromOperators: number;
  /** Empty when all is well: what went wrong, and what the lines had sent last, in hexadecimal. */
  readonly failures: readonly string[];
}

/** Receivers have little to say: every fourth part of what the others send. */
const customers: readonly (BindLine & { readonly isBrief?: true })[] = [
  { command: 'bind_transmitter', interface_version: 0x33 },
  { command: 'bind_receiver', interface_version: 0x33, isBrief: true },
  { command: 'bind_transmitter', interface_version: 0x34 },
  { command: 'bind_transceiver', interface_version: 0x34 },
  { command: 'bind_transceiver', interface_version: 0x50 },
];
const operators = [
  { name: 'op33', version: 0x33, said: '3.3' },
  { name: 'op34', version: 0x34, said: '3.4' },
  { name: 'op50', version: 0x50, said: '5.0' },
] as const;
const maxFailures = 20;
// Refusals by a limit, and connections that end: what hostile peers bring about, and no mistakes of ours.
const expectedCodes: ReadonlySet<unknown> = new Set(['CHAPPE_CENTER_FULL', 'CHAPPE_CENTER_DRAFT']);

/** Settings with a road to every operator for the hostile customer, and one of its own for the other. */
async function settingsFor(ports: ReadonlyMap<string, number>): Promise<GatewaySettings> {
  const connector = (name: string, more: object): GatewaySettings['connectors'][number] => ({
    name,
    host: '127.0.0.1',
    port: ports.get(name),
    systemId: 'us',
    password: 'their-pw',
    window: 100,
    responseTimeoutMs: 500,
    unknown: 'fail',
    breaker: { failures: 0 },
    reconnect: { minMs: 1, maxMs: 20 },
    ...more,
  });
  return {
    accounts: [
      { systemId: 'alice', passwordHash: await hashPassword('alice-pw'), credit: { mode: 'postpaid' } },
      { systemId: 'bob', passwordHash: await hashPassword('bob-pw'), credit: { mode: 'postpaid' } },
    ],
    connectors: [
      ...operators.map(({ name, said }) => connector(name, { version: said })),
      connector('good', { window: 10 }),
    ],
    routes: [
      { name: 'bob', accounts: ['bob'], action: via('good'), price: { perSegment: 3 } },
      { name: 'old', to: ['99'], action: via('op33'), price: { perSegment: 7 } },
      { name: 'new', to: ['+44', '00'], action: via('op50'), price: { perSegment: 11 } },
      { name: 'rest', action: via('op34'), price: { perSegment: 5 } },
    ],
    mo: [{ name: 'all', reassemble: true, action: { kind: 'accounts', accounts: ['alice'], spread: 'all' } }],
    webhooks: [],
  };
}

function via(connector: string): GatewaySettings['routes'][number]['action'] {
  return { kind: 'via', groups: [[{ connector }]] };
}

/** What went wrong, told with what the lines had sent last. */
class Failures {
  readonly all: string[] = [];
  readonly #lines = new Set<{ readonly sent: readonly Buffer[] }>();

  readonly note = (what: string): void => {
    if (this.all.length >= maxFailures) return;
    const sent = [...this.#lines].map(({ sent: last }) =>
      last.map((pdu) => pdu.toString('hex')).join('\n  '),
    );
    // The first one says what had been sent; those that follow from it need not.
    this.all.push(this.all.length === 0 ? `${what}\n  ${sent.join('\n--\n  ')}` : what);
  };

  readonly watch = (line: { readonly sent: readonly Buffer[] }): void => {
    this.#lines.add(line);
    // Those that are gone have said what they had to say.
    if (this.#lines.size > 32) this.#lines.delete([...this.#lines][0] as never);
  };
}

/** The other customer: one message after the other, each answered with an id. */
async function serve(port: number, isOver: () => boolean, failures: Failures): Promise<number> {
  const bob = await SmppClient.connect(`smpp://bob:bob-pw@127.0.0.1:${port}`, { responseTimeoutMs: 30_000 });
  let served = 0;
  try {
    do {
      await bob.send({ from: 'BOB', to: '447700900999', text: `message ${served}` });
      served += 1;
    } while (!isOver());
  } catch (error) {
    failures.note(`the other customer was not served: ${String(error)}`);
  }
  await bob.close({ drainMs: 1_000 });
  return served;
}

/** Sends `count` random PDUs in all, all following from `seed` but for ids and for when they come. */
export async function fuzzSockets(count: number, seed: number): Promise<SocketFuzzReport> {
  const failures = new Failures();
  const folder = await mkdtemp(join(tmpdir(), 'chappe-fuzz-'));
  const share = 4 * Math.ceil(count / (4 * (customers.length + operators.length) - 3));
  const opened = await Promise.all(
    operators.map(({ version }, at) =>
      Operator.open(new PduSource(seed + 100 + at, 'mc'), version, share, failures.watch),
    ),
  );
  const good = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: { submit_sm: () => ({ message_id: '1' }) },
  });
  const ports = new Map(operators.map(({ name }, at) => [name as string, opened[at]?.operator.port ?? 0]));
  ports.set('good', good.port);
  const onError = (error: unknown, where: string): void => {
    if (!expectedCodes.has((error as { readonly code?: unknown }).code))
      failures.note(`${where}: ${(error as Error).stack ?? String(error)}`);
  };
  const uncaught = (error: unknown): void =>
    failures.note(`uncaught: ${(error as Error).stack ?? String(error)}`);
  process.on('uncaughtException', uncaught);
  const gateway = await Gateway.start({
    store: await SqliteStore.open({ path: folder }),
    settings: await settingsFor(ports),
    smpp: { port: 0, limits: { responseTimeoutMs: 500, pduReadMs: 500 } },
    random: fraction(seed),
    lifetime: { maxValidityMs: 10_000, validityMs: 10_000, maxScheduleMs: 10_000 },
    receiptValidityMs: 10_000,
    onError,
  });
  try {
    const { smppPort } = gateway;
    let isOver = false;
    const served = serve(smppPort, () => isOver, failures);
    const work = customers.map((bind, at) =>
      customer(
        smppPort,
        bind,
        new PduSource(seed + at, 'esme'),
        bind.isBrief === true ? share / 4 : share,
        failures.watch,
      ),
    );
    await Promise.all([...work, ...opened.map(({ done }) => done)]);
    isOver = true;
    const bobs = await served;
    for (const wrong of await gateway.ledger.verify(() => gateway.center.recount()))
      failures.note(`ledger: ${JSON.stringify(wrong)}`);
    const upstreams = gateway.network.upstreams.list();
    return {
      count: share * (customers.length + operators.length) - (3 * share) / 4,
      seed,
      served: bobs,
      accepted: gateway.counters().ingress.accepted - bobs,
      fromOperators: upstreams.reduce((sum, { counters }) => sum + counters.receipts + counters.mo, 0),
      // What a stop refuses while operators go on sending is no mistake.
      failures: [...failures.all],
    };
  } finally {
    await gateway.stop({ drainMs: 0 });
    await Promise.all([...opened.map(({ operator }) => operator.close()), good.close({ drainMs: 0 })]);
    process.off('uncaughtException', uncaught);
    await rm(folder, { recursive: true, force: true });
  }
}

function fraction(seed: number): () => number {
  const random = randomOf(seed);
  return () => random(2 ** 32) / 2 ** 32;
}
