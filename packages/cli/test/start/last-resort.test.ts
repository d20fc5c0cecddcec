/** A mistake that nobody caught: told, and the server goes on. */
import { EventEmitter } from 'node:events';
import { SmppClient } from '@chappe/smpp';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { goOnAfterMistakes } from '../../src/start/last-resort.ts';
import { spawnCli } from '../support/run-cli.ts';

class Source extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('the last resort', () => {
  const coded = (code: string): Error => Object.assign(new Error('used up'), { code });

  it.each([
    ['an exception', new TypeError('x is not a function'), 'uncaughtException', 'uncaught exception', 0],
    ['a rejection', new Error('no'), 'unhandledRejection', 'unhandled rejection', 0],
    ['no error at all', 'a word', 'unhandledRejection', 'unhandled rejection', 0],
    ['nothing', undefined, 'uncaughtException', 'uncaught exception', 0],
    ['an error of a stream', coded('EPIPE'), 'uncaughtException', 'uncaught exception', 0],
    [
      'no memory for a thread',
      coded('ERR_WORKER_OUT_OF_MEMORY'),
      'uncaughtException',
      'uncaught exception',
      1,
    ],
    ['no memory', coded('ERR_MEMORY_ALLOCATION_FAILED'), 'uncaughtException', 'uncaught exception', 1],
    [
      'no memory for octets',
      new RangeError('Array buffer allocation failed'),
      'uncaughtException',
      'uncaught exception',
      1,
    ],
  ])('%s', (_, error, origin, where, exits) => {
    const source = new Source();
    const told: unknown[] = [];
    const undo = goOnAfterMistakes(source, { report: (stray, place) => told.push([stray, place]) });
    source.emit('uncaughtException', error, origin);
    expect(told).toEqual([[error, where]]);
    expect(source.exits).toHaveLength(exits);
    undo();
    expect(source.listenerCount('uncaughtException')).toBe(0);
  });
});

// Signals on which a module that is loaded first makes mistakes.
const mistakes = `process.on('SIGUSR2', () => { throw new Error('thrown by nobody'); });
process.on('SIGWINCH', () => { Promise.reject(new Error('rejected by nobody')); });`;

test('sessions and submissions go on after mistakes, a line tells of each, and it still stops in order', async () => {
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mistakes)}` };
  const flags = ['--json', '--smpp-port', '0', '--http-port', '0', '--data', ':memory:', '--no-tls'];
  const running = spawnCli(['start', ...flags], { env });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running.ended;
  });
  const { smpp } = JSON.parse(await running.line('"pid"')) as { readonly smpp: { readonly port: number } };
  const client = await SmppClient.connect(`smpp://acme:secret@127.0.0.1:${smpp.port}`);
  const submit = () => client.send({ to: '447700900123', from: 'ACME', text: 'Hello' });
  await submit();
  running.kill('SIGUSR2');
  expect(await running.line('thrown by nobody')).toContain('uncaught exception');
  await submit();
  running.kill('SIGWINCH');
  expect(await running.line('rejected by nobody')).toContain('unhandled rejection');
  await submit();
  await client.close({ drainMs: 0 });
  running.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});
