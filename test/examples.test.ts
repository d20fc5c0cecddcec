import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startChappe } from './support/chappe.ts';
import { phone } from './support/phone.ts';
import { Program, run } from './support/program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const conditions = '--conditions=chappe-source';

async function chappe() {
  const started = await startChappe({ args: ['--delay', '0-10'] });
  onTestFinished(() => started.stop());
  return started;
}

function example(name: string, env: Readonly<Record<string, string>>): Program {
  const program = new Program(process.execPath, [conditions, `examples/${name}`], { cwd: root, env });
  onTestFinished(async () => void (await program.stop()));
  return program;
}

test('send: a text is taken, delivered, and its receipt printed', async () => {
  const { smppPort, httpUrl } = await chappe();
  const env = { SMPP_URL: `smpp://demo:secret@127.0.0.1:${smppPort}` };
  const args = [conditions, 'examples/send.ts', '447700900777', 'Grüße'];
  const printed = await run(process.execPath, args, { cwd: root, env });
  expect(printed).toMatch(/^taken as [0-9a-f]{22} \(gsm7, segments: 1\)\n447700900777: DELIVERED\n$/);
  const [shown] = await phone(httpUrl, '447700900777').inbox();
  expect(shown).toMatchObject({ from: 'Chappe', text: 'Grüße' });
});

test('receive: what a handset writes is printed and answered; Ctrl-C ends it', async () => {
  const { smppPort, httpUrl } = await chappe();
  const program = example('receive.ts', { SMPP_URL: `smpp://demo:secret@127.0.0.1:${smppPort}` });
  await program.line('being bound', ({ text }) => text === 'listening as 60100');
  const handset = phone(httpUrl, '447700900778');
  await handset.send('60100', 'Hello?');
  await program.line('the message', ({ text }) => text === '447700900778: Hello?');
  await handset.received('the answer', ({ from, text }) => from === '60100' && text === 'You wrote: Hello?');
  expect(await program.stop('SIGINT')).toEqual({ code: 0, signal: null });
});

test('server: a client binds and its message is printed; a wrong password is refused; Ctrl-C ends it', async () => {
  const program = example('server.ts', { PORT: '0' });
  const { text } = await program.line('its port', (line) => line.text.startsWith('listening on '));
  const address = `127.0.0.1:${text.split(' ').at(-1)}`;
  const send = (password: string) => example('send.ts', { SMPP_URL: `smpp://acme:${password}@${address}` });
  const sent = send('secret');
  await program.line('the message', (line) => line.text === 'acme -> 447700900123: Hello from the tower');
  await sent.line('the id', (line) => /^taken as [0-9a-f]{16} \(gsm7, segments: 1\)$/.test(line.text));
  await sent.stop('SIGKILL');
  const refused = send('wrong');
  expect((await refused.exit).code).toBe(1);
  expect(refused.output).toContain('ESME_RINVPASWD');
  expect(await program.stop('SIGINT')).toEqual({ code: 0, signal: null });
});

test('sandbox: the test inside the example passes', async () => {
  const printed = await run(
    process.execPath,
    [conditions, '--test', '--test-reporter=tap', 'examples/sandbox.test.ts'],
    {
      cwd: root,
    },
  );
  expect(printed).toMatch(/^# pass 2$/m);
  expect(printed).toMatch(/^# fail 0$/m);
});

test('every example is run here and has less than 40 lines', () => {
  // The configuration is checked by the tests of @chappe/config.
  const names = readdirSync(`${root}/examples`)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  expect(names).toEqual(['receive.ts', 'sandbox.test.ts', 'send.ts', 'server.ts']);
  for (const name of names) {
    expect(readFileSync(`${root}/examples/${name}`, 'utf8').split('\n').length, name).toBeLessThan(40);
  }
});
