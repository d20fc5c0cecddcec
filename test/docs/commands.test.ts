/**
 * What documents print at a prompt: every flag of `chappe` is there, and what a sandbox can answer is run in front of one
 * and prints what is shown.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plans } from '../../packages/cli/src/plans.ts';
import { commonSettings } from '../../packages/cli/src/settings/common.ts';
import { longFlagOf, type Setting } from '../../packages/cli/src/settings/setting.ts';
import { runCli, startCli } from '../../packages/cli/test/support/run-cli.ts';
import { type Chappe, startChappe } from '../support/chappe.ts';
import { canRun, program } from '../support/peer-programs.ts';
import { phone } from '../support/phone.ts';
import { run as runProgram } from '../support/program.ts';
import { type Command, chappeWords, commandsOf, shapeOf } from './commands.ts';
import { documents, fencesOf } from './markdown.ts';
import { documentedPort, placeOf } from './snippets.ts';

const fences = documents()
  .flatMap((file) => fencesOf(file))
  .filter(({ language }) => language === 'console');
const curl = /^curl /;
const commands = fences.flatMap(commandsOf).filter((command) => chappeWords(command) !== undefined);

function nameOf(command: Command): string {
  return `${placeOf(command.fence)} ${command.text}`;
}

/** Others that are not run here: they set up a clone or a project, and are run where that is tested. */
const setsUp = /^(npm (start|install|run (pack|reference|bundle))|cd)\b/;

test('every other command is one that sets up, or is marked, or is part of a project that is run', () => {
  const projects = new Set(
    documents()
      .flatMap((file) => fencesOf(file))
      .filter(({ path }) => path !== undefined)
      .map(({ file, section }) => `${file}: ${section}`),
  );
  const strange = fences
    .filter(({ mark, file, section }) => mark === undefined && !projects.has(`${file}: ${section}`))
    .flatMap(commandsOf)
    .filter((command) => chappeWords(command) === undefined && !curl.test(command.text))
    .filter(({ text }) => !setsUp.test(text));
  expect(strange.map(nameOf)).toEqual([]);
});

test('blocks at a prompt hold commands', () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(fences.filter((fence) => commandsOf(fence).length === 0).map(placeOf)).toEqual([]);
});

test.each(commands.map((command) => [nameOf(command), command] as const))('%s', (_, command) => {
  const [name, ...words] = chappeWords(command)!;
  const plan = plans.find((candidate) => candidate.name === name);
  expect(plan, 'such a command').toBeDefined();
  const settings: Setting<unknown>[] = [...Object.values(plan!.settings), ...Object.values(commonSettings)];
  const flags = settings.flatMap((setting) => [longFlagOf(setting), `-${setting.short}`]);
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    if (/^--?[a-z]/.test(word)) expect([...flags, '--help', '--version']).toContain(word.split('=')[0]);
  }
});

/** These run on; the tests of the program itself compare what they print with the documents. */
const endless = new Set(['start', 'serve']);
const run = commands.filter((command) => {
  const [name = ''] = chappeWords(command)!;
  return command.fence.mark === undefined && command.fence.path === undefined && !endless.has(name);
});

describe('in front of a sandbox', () => {
  let centre: Chappe;
  beforeAll(async () => {
    centre = await startChappe({ args: ['--delay', '0-10'] });
  });
  afterAll(() => centre?.stop());

  /** The id of the message that was sent last: documents name another one. */
  let id = '';
  let document = '';

  async function printedBy(words: readonly string[], env: Record<string, string>): Promise<string> {
    if (words[0] !== 'listen') {
      const { code, out, talk } = await runCli(words, { env });
      expect(code, out + talk).toBe(0);
      return out + talk;
    }
    const listening = startCli([...words, '--verbose'], { env });
    await listening.line('listening');
    await phone(centre.httpUrl, '447700900123').send('60100', 'Hi there');
    const { code, out, talk } = await listening.ended;
    expect(code, out + talk).toBe(0);
    return out + talk;
  }

  const curls = fences
    .filter(({ mark }) => mark === undefined)
    .flatMap(commandsOf)
    .filter(({ text }) => curl.test(text));

  test
    .runIf(curls.length > 0 && canRun('commands of documents', [program('curl')]))
    .each(curls.map((command) => [nameOf(command), command] as const))('%s', async (_, { text, shown }) => {
    const real = text.replaceAll('http://127.0.0.1:8080', centre.httpUrl);
    const printed = await runProgram('sh', [
      '-c',
      real.replace('curl ', 'curl --silent --show-error --fail-with-body '),
    ]);
    const lines = printed.split('\n').map(shapeOf);
    for (const line of shown) expect(lines, line).toContain(shapeOf(line));
  });

  test.each(run.map((command) => [nameOf(command), command] as const))('%s', async (_, command) => {
    // A document begins with handsets that are on.
    if (command.fence.file !== document) await fetch(`${centre.httpUrl}/api/v1/phones`, { method: 'DELETE' });
    document = command.fence.file;
    const env = {
      CHAPPE_URL: `smpp://127.0.0.1:${centre.smppPort}`,
      CHAPPE_API: centre.httpUrl,
    };
    const words = chappeWords(command)!.map((word) =>
      word.replaceAll(documentedPort, String(centre.smppPort)).replace(/^[0-9a-f]{22}$/, () => id),
    );
    const printed = await printedBy(words, env);
    id = /\b[0-9a-f]{22}\b/.exec(printed)?.[0] ?? id;
    const lines = printed.split('\n').map(shapeOf);
    for (const line of command.shown) expect(lines, line).toContain(shapeOf(line));
  });
});
