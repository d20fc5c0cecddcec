// Submits as fast as it can until it is killed. Writes `A id` when a message was acknowledged and `R id` when the receipt
// about it was handed to its account into a file, at once: what stands there has happened. Says when the first was.
import { openSync, writeSync } from 'node:fs';
import { Center, type Connector, type Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { draft, plainReceipt } from '../../../center/test/support/rig.ts';

const [folder = '', journal = '', isBound = ''] = process.argv.slice(2);
const file = openSync(journal, 'a');
let isFirst = true;

function instant(tell: (message: Message) => void): Connector {
  return {
    ready: undefined,
    capacity: () => 200,
    deliver(messages, report) {
      for (const message of messages) {
        tell(message);
        report(message, { kind: 'delivered' });
      }
    },
  };
}

const store = await SqliteStore.open({ path: folder });
const center = new Center({ store, receipt: plainReceipt });
await center.start();
center.attach(
  'out',
  instant(() => undefined),
);
if (isBound === 'bound') {
  center.attach(
    'account:acme',
    instant((message) => void writeSync(file, `R ${message.of}\n`)),
  );
}

function submit(): void {
  center.submit([draft({ receiptWanted: 3 }), draft({ receiptWanted: 3 })], (error, messages) => {
    if (error !== undefined) writeSync(2, `${error.message}\n`);
    else writeSync(file, messages.map(({ id }) => `A ${id}\n`).join(''));
    if (isFirst) writeSync(1, 'first\n');
    isFirst = false;
    submit();
  });
}
for (let at = 0; at < 100; at += 1) submit();
