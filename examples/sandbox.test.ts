/**
 * A whole message centre inside a test: its own port, its own handsets, gone when the test is over.
 * Run: npx node --conditions=chappe-source --test examples/sandbox.test.ts
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '@chappe/sandbox';
import { SmppClient } from '@chappe/smpp';

/** The code under test: it knows nothing of the sandbox but its URL. */
async function confirmOrder(url: string, customer: string): Promise<void> {
  await using client = await SmppClient.connect(url, { systemId: 'shop', password: 'any' });
  await client.send({ from: 'Shop', to: customer, text: 'Your order is on its way 📦', receipt: 'final' });
}

test('the customer hears of the order', async () => {
  await using sandbox = await startSandbox();
  await confirmOrder(sandbox.url, '447700900123');

  const message = await sandbox.waitForMessage('to:447700900123 state:delivered');
  assert.equal(message.text, 'Your order is on its way 📦');
  assert.equal(message.account, 'shop');
  assert.equal(sandbox.phone('447700900123').inbox().length, 1);
});

test('a number that ends in 5550001 cannot be reached', async () => {
  await using sandbox = await startSandbox();
  await confirmOrder(sandbox.url, '447705550001');

  const { state } = await sandbox.waitForMessage('to:447705550001 state:undeliverable');
  assert.equal(state, 'undeliverable');
});
