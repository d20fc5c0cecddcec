/**
 * Prints what handsets write to us, and answers. Start a message centre first: npm start
 * Run: npx node --conditions=chappe-source examples/receive.ts, then let a handset write:
 *   curl http://127.0.0.1:8080/api/v1/phones/447700900123/messages \
 *     -H 'content-type: application/json' -d '{"to": "60100", "text": "Hello?"}'
 */
import { SmppClient } from '@chappe/smpp';

const url = process.env.SMPP_URL ?? 'smpp://demo:secret@127.0.0.1:2775';
const client = await SmppClient.connect(url, { addressRange: '60100' });
process.once('SIGINT', () => client.close());
console.log('listening as 60100');

// The message centre hears "taken" when the loop comes round: what fails in here will be delivered again.
for await (const event of client.incoming()) {
  if (event.kind !== 'message') continue;
  console.log(`${event.from.address}: ${event.text}`);
  await client.send({ from: '60100', to: event.from.address, text: `You wrote: ${event.text}` });
}
