/** Run as a process of its own: uses server and client, closes both, and must then end by itself. */
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
const left = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout|Immediate/.test(name));
console.log(JSON.stringify(left));
