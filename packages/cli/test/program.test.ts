import { describe, expect, test } from 'vitest';
import { endSignal } from '../src/program.ts';
import { asCalled, npmHint, programName } from '../src/program-name.ts';
import { runCli } from './support/run-cli.ts';

const inClone = { script: '/x/packages/cli/src/main.ts', env: { npm_lifecycle_event: 'chappe' } };

describe('a wrong command line', () => {
  test.each([
    [['send', '--bogus', 'x'], /unknown option '--bogus'/],
    [['send', 'hi'], /too many arguments for 'send'/],
    [['sned'], /unknown command 'sned'.*send/s],
    [['decode', '--port'], /argument missing/],
  ])('%j is told as text, with where help is', async (args, what) => {
    const { code, out, talk } = await runCli(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(talk).toMatch(what);
    expect(talk).toMatch(/\n {2}chappe --help lists the commands, chappe COMMAND --help the flags of one\n$/);
  });

  test.each([
    [['send', '--json', '--bogus', 'x'], /unknown option '--bogus'/],
    [['send', '--json', 'hi'], /too many arguments/],
    [['--json', 'sned'], /unknown/],
    [['send', '--json', '--smpp-port'], /unknown option/],
  ])('%j is told as JSON', async (args, what) => {
    const { code, out, talk } = await runCli(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    const [line, ...more] = talk.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(line!)).toEqual({
      error: expect.stringMatching(what),
      hint: expect.stringContaining('--help'),
      exitCode: 2,
    });
  });

  test('npm has eaten the flags: how they get through', async () => {
    const { talk } = await runCli(['send', 'hi'], inClone);
    expect(talk).toContain('npm run -s chappe -- COMMAND --flag value');
    expect(talk).toContain('npm run -s chappe -- --help lists the commands');
    expect(talk).not.toMatch(/(^|[^-] )chappe --help/);
  });
});

test('hints name commands as they are typed here', async () => {
  const args = ['send', '--url', 'smpp://127.0.0.1:1', '--to', '447700900123', '--text', 'x'];
  expect((await runCli(args)).talk).toContain('`chappe start` starts one');
  expect((await runCli(args, inClone)).talk).toContain('`npm start` starts one');
  const commands = ['start', 'check', 'opt-out'];
  const here = (text: string, name: string) => asCalled(text, name, commands);
  expect(here('`chappe start` or `chappe check -c x`', 'npm run -s chappe --')).toBe(
    '`npm start` or `npm run -s chappe -- check -c x`',
  );
  expect(here('chappe opt-out, chappe start', 'node chappe.mjs')).toBe(
    'node chappe.mjs opt-out, node chappe.mjs start',
  );
  expect(here('an older chappe cannot start it', 'node chappe.mjs')).toBe('an older chappe cannot start it');
  expect(here('chappe start', 'chappe')).toBe('chappe start');
  expect(npmHint(programName(['node', '/usr/bin/chappe'], {}, '/'))).toBeUndefined();
});

describe('signals', () => {
  function signals() {
    const handlers = new Map<string, () => void>();
    const exits: unknown[] = [];
    let nowMs = 1_000;
    const end = endSignal(
      {
        on: (name: string, handler: () => void) => handlers.set(name, handler),
        exit: (code: number) => exits.push(code),
      } as unknown as NodeJS.Process,
      () => nowMs,
    );
    const send = (name: string, afterMs: number): void => {
      nowMs += afterMs;
      handlers.get(name)?.();
    };
    return { end, exits, send };
  }

  test('the first ends in order; its copies by npm and the terminal are the same one', () => {
    const { end, exits, send } = signals();
    expect(end.aborted).toBe(false);
    for (const afterMs of [0, 2, 100]) send('SIGINT', afterMs);
    expect(end.aborted).toBe(true);
    expect(exits).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM'])('another %s later ends at once', (second) => {
    const { exits, send } = signals();
    send('SIGINT', 0);
    send(second, 300);
    expect(exits).toEqual([130]);
  });
});
