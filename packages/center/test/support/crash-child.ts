// Submits as fast as it can until it is killed. Prints `A id` when a message was acknowledged and `R id` when the receipt
// about it was handed to its account, in lines written at once: what is printed has happened.
import { writeSync } from 'node:fs';
import { Center, type Connector, type Message, SqliteStore } from '@chappe/center';
import { draft, plainReceipt } from './rig.ts';

const [folder = '', isBound = ''] = process.argv.slice(2);

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
    instant((message) => void writeSync(1, `R ${message.of}\n`)),
  );
}

function submit(): void {
  center.submit([draft({ receiptWanted: 3 }), draft({ receiptWanted: 3 })], (error, messages) => {
    if (error !== undefined) writeSync(2, `${error.message}\n`);
    else writeSync(1, messages.map(({ id }) => `A ${id}\n`).join(''));
    submit();
  });
}
for (let at = 0; at < 100; at += 1) submit();
