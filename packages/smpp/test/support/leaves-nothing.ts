/** Run as a process of its own: uses server and client, closes both, and must then end by itself. */
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { SmppClient, SmppServer } from '../../src/index.ts';

const server = await SmppServer.listen({
  port: 0,
  authenticate: () => ({ accept: true }),
  operations: { submit_sm: () => ({ message_id: '1' }) },
});
const url = `smpp://a:b@127.0.0.1:${server.port}`;
const client = await SmppClient.connect(url, { binds: 3, rate: { perSecond: 1000 } });
await client.send({ to: '1', text: 'x'.repeat(500) });
const loop = (async () => {
  for await (const _ of client.incoming());
})();
const trying = SmppClient.open('smpp://a:b@127.0.0.1:1');
await SmppClient.connect('smpp://a:b@127.0.0.1:1').catch(() => undefined);
await Promise.all([client.close(), trying.close(), loop]);
await server.close();

// A listener that never accepts, its queue filled: who dials there waits until the system gives up.
const full = new Worker(
  `const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`,
  { eval: true },
);
const port = await new Promise<number>((resolve) => full.once('message', resolve));
const fillers = Array.from({ length: 5 }, () =>
  connect({ port, host: '127.0.0.1' }).on('error', () => undefined),
);
const dialing = [0, 1, 2].map(() => SmppClient.open(`smpp://a:b@127.0.0.1:${port}`));
const aborting = new AbortController();
const aborted = SmppClient.connect(`smpp://a:b@127.0.0.1:${port}`, { signal: aborting.signal }).catch(
  () => undefined,
);
await new Promise((resolve) => setTimeout(resolve, 100));
aborting.abort();
dialing[0]!.destroy();
await Promise.all([...dialing.map((one) => one.close()), aborted]);
for (const filler of fillers) filler.destroy();
await full.terminate();
await new Promise((resolve) => setImmediate(resolve));

const left = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout|Immediate/.test(name));
console.log(JSON.stringify(left));
