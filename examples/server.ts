/**
 * A message centre of your own, in ten lines: who may bind, and what becomes of a message.
 * Run: npx node --conditions=chappe-source examples/server.ts
 */
import { SmppServer, status } from '@chappe/smpp';

const server = await SmppServer.listen({
  port: Number(process.env.PORT ?? 2775),
  authenticate: ({ pdu }) => ({ accept: pdu.password === 'secret', status: status.ESME_RINVPASWD }),
  onMessage: (message, session) => {
    console.log(`${session.systemId} -> ${message.to.address}: ${message.text}`);
  },
});
console.log(`listening on ${server.port}`);
process.once('SIGINT', () => server.close());
