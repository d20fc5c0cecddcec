import { describe, expect, test } from 'vitest';
import { Guard, isThenable } from '../src/guard.ts';
import { settle } from '../src/simulated-clock.ts';
import { thenable } from './support/thenable.ts';
import { catchWarnings } from './support/warnings.ts';

const warnings = catchWarnings();
const rejecting = thenable((_resolve, reject) => reject(new Error('later')));

describe('a callback of the user', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('later');
      },
    ],
    ['rejects', () => Promise.reject(new Error('later'))],
    ['gives a library promise that rejects', () => rejecting],
    [
      'gives a thenable that throws',
      () =>
        thenable(() => {
          throw new Error('later');
        }),
    ],
    [
      'gives an object whose then cannot be read',
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('later');
            },
          },
        ),
    ],
  ])('that %s is told to onError, and nothing is thrown', async (_what, callback) => {
    const heard: unknown[] = [];
    new Guard((error, where) => heard.push([(error as Error).message, where])).run(callback, 'onBound');
    await settle();
    expect(heard).toEqual([['later', 'onBound']]);
    expect(warnings).toEqual([]);
  });

  test('without onError, each kind of error is warned of once: its place, name and code', async () => {
    const guard = new Guard(undefined);
    const bug = new TypeError('bug');
    for (let i = 0; i < 3; i++) guard.report(bug, 'submit_sm');
    guard.report(new TypeError('another text'), 'submit_sm');
    guard.report(new TypeError('elsewhere'), 'cancel_sm');
    guard.report(Object.assign(new TypeError('coded'), { code: 'E_X' }), 'submit_sm');
    guard.report('a word', 'submit_sm');
    guard.report(undefined, 'submit_sm');
    await settle();
    expect(warnings.map(({ message }) => message.split(' (')[0])).toEqual([
      'submit_sm: TypeError: bug',
      'cancel_sm: TypeError: elsewhere',
      'submit_sm: TypeError: coded',
      'submit_sm: a thrown string',
      'submit_sm: a thrown undefined',
    ]);
    expect(warnings[0]).toMatchObject({
      name: 'SmppWarning',
      code: 'CHAPPE_SMPP_UNHEARD',
      detail: bug.stack,
    });
  });

  test('kinds without end are not warned of without end', async () => {
    const guard = new Guard(undefined);
    for (let i = 0; i < 300; i++)
      guard.report(Object.assign(new Error('x'), { code: `E_${i}` }), 'submit_sm');
    await settle();
    expect(warnings).toHaveLength(100);
  });

  test('an onError that throws or rejects harms nobody, and both errors are warned of', async () => {
    new Guard(() => {
      throw new Error('in onError');
    }).report(new Error('first'), 'submit_sm');
    new Guard((async () => {
      throw new Error('in async onError');
    }) as () => void).report(new Error('heard'), 'submit_sm');
    await settle();
    expect(warnings.map(({ message }) => message.split(' (')[0])).toEqual([
      'submit_sm: Error: first',
      'onError: Error: in onError',
      'onError: Error: in async onError',
    ]);
  });
});

test('a promise is whatever has a then to call', () => {
  const callable = Object.assign(() => undefined, rejecting);
  expect([Promise.resolve(), rejecting, callable].map(isThenable)).toEqual([true, true, true]);
  const unfinished = thenable(true as never);
  const others = [undefined, null, 'then', 1, {}, unfinished, () => undefined, Symbol('then')];
  expect(others.some(isThenable)).toBe(false);
});
