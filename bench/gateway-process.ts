/**
 * A gateway for bench/gateway.ts: takes its settings as JSON, says its port, answers each line of input with its
 * counters, and ends when its input ends.
 * Run: node --conditions=chappe-source bench/gateway-process.ts DATA '{"connectors":[...],"routes":[...]}'
 */
import { createInterface } from 'node:readline';
import { SqliteControl, SqliteStore } from '@chappe/center';
import { Gateway, type GatewaySettings } from '@chappe/gateway';

const [, , data = '', text = '{}'] = process.argv;
const settings: GatewaySettings = {
  accounts: [],
  connectors: [],
  routes: [],
  mo: [],
  webhooks: [],
  ...(JSON.parse(text) as Partial<GatewaySettings>),
};
const gateway = await Gateway.start({
  store: await SqliteStore.open({ path: data }),
  control: SqliteControl.open(data),
  settings,
  smpp: { port: 0, limits: { maxSessions: 1_000 } },
  onError: (error, where) => console.error(where, error),
});
console.log(gateway.smppPort);
for await (const _line of createInterface({ input: process.stdin })) {
  const upstreams = Object.fromEntries(
    gateway.network.upstreams.list().map(({ name, counters }) => [name, counters]),
  );
  console.log(
    JSON.stringify({
      upstreams,
      center: gateway.center.counters,
      sessions: gateway.sessions().length,
      memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
    }),
  );
}
await gateway.stop({ drainMs: 5_000 });
// A profile is written by a process that ends by itself or by this.
process.exit(0);
