/**
 * Sends a text and waits for the word of the handset. Start a message centre first: npm start
 * Run: npx node --conditions=chappe-source examples/send.ts [number] [text]
 */
import { SmppClient } from '@chappe/smpp';

const url = process.env.SMPP_URL ?? 'smpp://demo:secret@127.0.0.1:2775';
const [to = '447700900123', text = 'Hello from the tower'] = process.argv.slice(2);

await using client = await SmppClient.connect(url);

const message = await client.send({ from: 'Chappe', to, text, receipt: 'final' });
console.log(`taken as ${message.ids.join(', ')} (${message.coding}, segments: ${message.segments})`);

const { state } = await message.receipt({ timeoutMs: 30_000 });
console.log(`${to}: ${state}`);
