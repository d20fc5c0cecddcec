import { describe, expect, it } from 'vitest';
import { Secrets, withSecrets } from '../../src/commands/secrets.ts';
import { fakeTerminal } from '../support/fake-run.ts';

/** A keyboard: what is typed, and when echo is off. */
function keyboard(...typed: string[]) {
  const modes: boolean[] = [];
  const input = {
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
    async *[Symbol.asyncIterator]() {
      for (const text of typed) yield new Uint8Array(Buffer.from(text));
    },
  };
  const terminal = fakeTerminal({ isInputTty: true, readInput: () => input });
  return { terminal, modes, secrets: new Secrets(terminal) };
}

const piped = (text: string) =>
  new Secrets(
    fakeTerminal({
      readInput: async function* () {
        yield new Uint8Array(Buffer.from(text));
      },
    }),
  );

describe('a prompt', () => {
  it('asks twice with echo off, and leaves it on', async () => {
    const { terminal, modes, secrets } = keyboard('hun', 'ter2\r', 'hunter2\r');
    expect(await secrets.read('password')).toBe('hunter2');
    await secrets.close();
    expect(modes).toEqual([true, false, true, false]);
    expect(terminal.said.talk).toEqual(['password:', 'password again:']);
    expect(terminal.said.out).toEqual([]);
  });

  it('takes back what is erased', async () => {
    const { secrets } = keyboard('hunx\u007fter\b\br2\n', 'hunt\u007f\u007f\u007f\u007f\u007fhuntr2\n');
    expect(await secrets.read('password')).toBe('huntr2');
  });

  it('refuses two that differ, and none', async () => {
    await expect(keyboard('a\r', 'b\r').secrets.read('password')).rejects.toThrow('not the same');
    await expect(keyboard('\r').secrets.read('password')).rejects.toThrow('there is no password');
    await expect(keyboard('\u0004').secrets.read('password')).rejects.toThrow('there is no password');
  });

  it('ends on Ctrl-C with echo on', async () => {
    const { secrets, modes } = keyboard('abc\u0003');
    await expect(secrets.read('password')).rejects.toMatchObject({ exitCode: 130 });
    expect(modes.at(-1)).toBe(false);
  });
});

describe('standard input', () => {
  it('has one secret a line', async () => {
    const secrets = piped('first\r\nsecond é\nthird');
    expect(await secrets.read('password')).toBe('first');
    expect(await secrets.read('apiKey')).toBe('second é');
    expect(await secrets.read('secret')).toBe('third');
    await expect(secrets.read('key')).rejects.toThrow('there is no key');
  });

  it('is not read without end', async () => {
    await expect(piped('x'.repeat(70_000)).read('password')).rejects.toThrow('too long');
  });

  it('is not asked when it is taken', async () => {
    const secrets = piped('x\n');
    secrets.refuse('it holds the entry');
    await expect(secrets.read('password')).rejects.toThrow('cannot be asked for: it holds the entry');
  });
});

it('every secret that is given as - is asked for, wherever it stands', async () => {
  const entry = { password: '-', systemId: '-', tls: { key: '-', serverName: '-' }, secret: 'given' };
  expect(await withSecrets(entry, piped('one\ntwo\n'))).toEqual({
    password: 'one',
    systemId: '-',
    tls: { key: 'two', serverName: '-' },
    secret: 'given',
  });
});
