import { describe, expect, test } from 'vitest';
import { endSignal } from '../src/program.ts';
import { asCalled, isKeptByNpm, npmHint, programName } from '../src/program-name.ts';
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

  test('npm has handed a flag over: nothing about that', async () => {
    expect((await runCli(['send', '--bogus', 'x'], inClone)).talk).not.toContain('npm takes flags');
  });

  test.each<[string[], { [name: string]: string }, string, string]>([
    [['start'], { npm_config_smpp_port: '2776' }, '--smpp-port', 'npm start -- --smpp-port ...'],
    [
      ['start'],
      { npm_config_tls: '', npm_config_http: '' },
      '--no-tls, --no-http',
      'npm start -- --no-tls ...',
    ],
    [['check'], { npm_config_call: 'a.yaml' }, '--config', 'npm run -s chappe -- check --config ...'],
    [['listen'], { npm_config_u: 'a' }, '--system-id', 'npm run -s chappe -- listen --system-id ...'],
    [['check'], { npm_config_config: 'a.yaml' }, '--config', 'npm run -s chappe -- check --config ...'],
  ])('%j with what npm has kept, %j, does not run without it', async (args, kept, flags, says) => {
    const { code, out, talk } = await runCli(args, { ...inClone, env: { ...inClone.env, ...kept } });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(talk).toContain(`npm has kept ${flags} for itself`);
    expect(talk).toContain(`two dashes: ${says}\n`);
  });

  test('what npm is told for itself, or another program tells, is not ours', () => {
    const env = {
      npm_config_json: 'true',
      npm_config_ca: '',
      npm_config_cache: '/x',
      npm_config_data: 'true',
    };
    const kept = (program: string) =>
      ['json', 'ca', 'to', 'data'].filter((flag) => isKeptByNpm({ flag }, program, env));
    expect(kept('npm run -s chappe --')).toEqual(['data']);
    expect(kept('chappe')).toEqual([]);
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
  expect(here('chappe start --seed 7', 'npm run -s chappe --')).toBe('npm start -- --seed 7');
  expect(here('chappe start --seed 7', 'chappe')).toBe('chappe start --seed 7');
  expect(here('chappe opt-out, chappe start', 'node chappe.mjs')).toBe(
    'node chappe.mjs opt-out, node chappe.mjs start',
  );
  expect(here('an older chappe cannot start it', 'node chappe.mjs')).toBe('an older chappe cannot start it');
  expect(here('chappe start', 'chappe')).toBe('chappe start');
  expect(npmHint(programName(['node', '/usr/bin/chappe'], {}, '/'), ['sned'])).toBeUndefined();
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
