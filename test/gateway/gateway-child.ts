/**
 * A gateway as a process of its own, driven by a test: its settings are JSON in the first argument, each line of stdin is
 * a question, each line of stdout an answer. What a signal does to it is the point, so nothing but SIGTERM is caught.
 */

import { createInterface } from 'node:readline';
import { Gateway } from '@chappe/gateway';
import { Simulation } from '@chappe/sandbox';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import type { ChildOptions, GatewayReport, UpstreamReport } from './gateway-process.ts';

const maxErrors = 100;
const errors: string[] = [];

async function open(options: ChildOptions): Promise<Gateway> {
  // The store of the messages locks the folder: it is opened first.
  const store = await SqliteStore.open({ path: options.data });
  return Gateway.start({
    store,
    control: SqliteControl.open(options.data),
    smpp: { port: options.port ?? 0 },
    settings: options.settings,
    lifetime: options.validityMs === undefined ? {} : { validityMs: options.validityMs },
    outlets: new Simulation({ delayMs: [0, 0] }),
    onError: (error, where) => {
      const text = `${where}: ${(error as Error).stack}`;
      if (errors.length < maxErrors && !errors.includes(text)) errors.push(text);
    },
  });
}

function upstreams(gateway: Gateway): UpstreamReport[] {
  return gateway.network.upstreams.list().map((upstream) => ({
    name: upstream.name,
    isUsable: upstream.isUsable,
    breaker: upstream.breaker,
    outstanding: upstream.outstanding,
    unsaved: upstream.group.unsaved,
    sessions: upstream.binds.sessions.size,
    ...upstream.counters,
    statuses: Object.fromEntries(upstream.counters.statuses),
  }));
}

/** `isFull`: with the money, which is added up from all messages. */
async function report(gateway: Gateway, isFull: boolean): Promise<GatewayReport> {
  const { center, ledger } = gateway;
  return {
    center: { ...center.counters },
    unfinished: center.unfinished,
    lanes: center.depths().map((depth) => ({ ...depth })),
    upstreams: upstreams(gateway),
    unmatched: await gateway.network.correlator.unmatched(undefined, 1_000),
    tallies: isFull ? await center.tallies() : [],
    discrepancies: isFull ? await ledger.verify(() => center.recount()) : [],
    refusals: { ...gateway.counters().refusals },
    errors,
  };
}

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const gateway = await open(options);
for (const [account, amount] of Object.entries(options.credit ?? {})) {
  const key = { account, amount, kind: 'top-up', by: 'test' } as const;
  await gateway.ledger.credit(key, Date.now());
}
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
createInterface({ input: process.stdin }).on('line', (question) => {
  report(gateway, question.startsWith('full')).then(
    (answer) => say({ question, report: answer }),
    (error: unknown) => say({ question, failed: String(error) }),
  );
});
process.once('SIGTERM', () => {
  gateway.stop({ drainMs: 2_000 }).then(() => process.exit(0));
});
say({ ready: gateway.smppPort });
