import { encode } from '@chappe/protocol';
import { readText, type SentMessage, SmppClient, SmppServer, status } from '@chappe/smpp';

async function main(): Promise<void> {
  const server = await SmppServer.listen({
    port: 0,
    host: '127.0.0.1',
    authenticate: ({ pdu }) => ({
      accept: pdu.password === 'secret',
      status: status.ESME_RINVPASWD,
    }),
    operations: {
      submit_sm: (pdu) => ({ message_id: `${readText([pdu]).text.length} units to ${pdu.destination_addr}` }),
    },
  });
  const client = await SmppClient.connect(`smpp://demo:secret@127.0.0.1:${server.port}`);
  const sent: SentMessage = await client.send({ from: 'Chappe', to: '447700900123', text: 'Hello 👋' });
  await client.close();
  await server.close();
  const { length } = encode({ command: 'enquire_link', sequence_number: 1 });
  console.log(sent.ids[0], length);
}

void main();
