/**
 * A program that runs snippets one after the other, each beside a sandbox of its own, and says of each how it went: one
 * line of JSON with the number of the snippet, and what went wrong. Run: run-snippets.ts FILE.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { SmppClient } from '@chappe/smpp';
import { freePorts } from '../support/free-port.ts';
import { documentedPort, type Performance, type Told } from './snippets.ts';
import { Stage } from './stage.ts';

const [, , list = ''] = process.argv;
const performances = JSON.parse(readFileSync(list, 'utf8')) as readonly Performance[];

/** A handset writes to whoever listens, and is heard. */
async function visitListener({ sandbox }: Stage): Promise<void> {
  const { ids } = await sandbox.phone('447700900123').send('Hello?', '60100');
  await sandbox.waitForMessage(`id:${ids[0]} state:delivered`);
}

/** A customer binds to the server that the snippet started, and sends. */
async function visitServer(port: number): Promise<void> {
  const client = await SmppClient.connect(`smpp://acme:secret@127.0.0.1:${port}`);
  await client.send({ from: 'Visitor', to: '447700900123', text: 'Hello from a visitor' });
  await client.close();
}

async function perform({ path, code, names, listens, serves }: Performance): Promise<void> {
  const stage = await Stage.open();
  const [port = 0] = await freePorts(1);
  // The ports that the documents name may be taken here, or be somebody's.
  const real = code.replaceAll(documentedPort, String(serves ? port : stage.sandbox.port));
  writeFileSync(path, real);
  Object.assign(globalThis, await stage.values(names));
  const ended = import(pathToFileURL(path).href);
  if (listens) {
    const early = ended.then(() => Promise.reject(new Error('it ended, and was to listen on')));
    await Promise.race([early, visitListener(stage)]);
  } else {
    await ended;
    for (const test of stage.tests) await test();
    if (serves) await visitServer(port);
  }
  await stage.close();
}

let at = -1;
function tell(flaw?: unknown): void {
  const text =
    flaw === undefined ? undefined : flaw instanceof Error ? (flaw.stack ?? flaw.message) : String(flaw);
  const told: Told = { at, ...(text === undefined ? {} : { flaw: text }) };
  // On a line of its own, whatever the snippet printed last.
  process.stdout.write(`\n${JSON.stringify(told)}\n`);
}

// What an earlier snippet left running and nobody waits for is no flaw of this one.
process.on('unhandledRejection', tell);
for (const performance of performances) {
  at += 1;
  try {
    await perform(performance);
    tell();
  } catch (error) {
    tell(error);
  }
}
process.exit(0);
