/**
 * A gateway as a process of its own, on the data folder of the first argument, that sends with one key after the other, some
 * at once. Each line of stdout is a key that has begun, or that has its answer: what a SIGKILL leaves of them is the point.
 */
import { Gateway } from '@chappe/gateway';
import { Simulation } from '@chappe/sandbox';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { buildApi } from '../src/index.ts';

const path = process.argv[2] ?? '';
const atOnce = 8;
const store = await SqliteStore.open({ path });
const gateway = await Gateway.start({
  store,
  control: SqliteControl.open(path),
  smpp: { port: 0 },
  outlets: new Simulation({ delayMs: [0, 1] }),
});
const app = buildApi({ gateway, version: '1.2.3' });

async function send(lane: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const key = `${lane}-${count}`;
    process.stdout.write(`${JSON.stringify({ key })}\n`);
    const { body } = await app.inject({
      method: 'POST',
      url: '/api/v1/messages',
      headers: { 'idempotency-key': key },
      payload: { to: '447700900001', text: key, clientReference: key },
    });
    process.stdout.write(`${JSON.stringify({ key, body })}\n`);
  }
}

await Promise.all(Array.from({ length: atOnce }, (_, lane) => send(lane)));
