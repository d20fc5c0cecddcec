/**
 * A message centre of your own, in ten lines: who may bind, and what becomes of a message.
 * Run: npx node --conditions=chappe-source examples/server.ts
 */
import { readText, SmppServer, status } from '@chappe/smpp';

let count = 0;
const server = await SmppServer.listen({
  port: Number(process.env.PORT ?? 2775),
  authenticate: ({ pdu }) => ({ accept: pdu.password === 'secret', status: status.ESME_RINVPASWD }),
  operations: {
    submit_sm: (pdu, session) => {
      console.log(`${session.systemId} -> ${pdu.destination_addr}: ${readText([pdu]).text}`);
      return { message_id: String(++count) };
    },
  },
});
console.log(`listening on ${server.port}`);
process.once('SIGINT', () => server.close());
