/** What tests without types give to `startSandbox`: refused by its name. */

import { GatewayError } from '@chappe/policy';
import { startSandbox } from '@chappe/sandbox';
import { describe, expect, it } from 'vitest';

describe('an option of startSandbox', () => {
  it.each<[string, unknown, string?]>([
    ['accounts', [{ systemId: 'a', password: 'b' }], '{ open: false, list:'],
    ['accounts', { a: 'b' }, '{ open: true }'],
    ['accounts', 'a:b'],
    ['accounts', null],
    ['accounts.open', { open: 'no' }],
    ['accounts.list', { open: false }],
    ['accounts.list', { open: false, list: { systemId: 'a', password: 'b' } }],
    ['accounts.list[0]', { open: false, list: ['a'] }],
    ['accounts.list[0].systemId', { open: false, list: [{ password: 'b' }] }],
    ['accounts.list[0].password', { open: false, list: [{ systemId: 'a' }] }],
    ['accounts.list[0].password', { open: false, list: [{ systemId: 'a', password: 12345678 }] }],
    [
      'accounts.list[1].system_id',
      { open: false, list: [{ systemId: 'a', password: 'b' }, { system_id: 'a' }] },
    ],
    [
      'accounts.list[0].allowfrom',
      { open: false, list: [{ systemId: 'a', password: 'b', allowfrom: [] }] },
      'allowFrom',
    ],
    ['accounts.lst', { open: false, list: [], lst: [] }, 'accounts.list'],
    ['smppPort', '2775'],
    ['smppPort', 70_000],
    ['smpport', 0, 'did you mean smppPort?'],
    ['smpp.hosts', undefined, 'did you mean smpp.host?'],
    ['handsets.delay', undefined],
    ['handsets.delayMs', { delayMs: 5 }],
    ['handsets.delayMs', { delayMs: [5] }],
    ['handsets.delayMs', { delayMs: [50, 5] }],
    ['handsets.outcomes.failed', { outcomes: { failed: 1 } }],
    ['clock', {}],
    ['onError', 'log'],
    ['tls', true],
    ['listeners[0].port', [{}]],
    ['store', {}, 'known are'],
  ])('%s %j', async (option, value, says = '') => {
    const [first = ''] = option.split(/[.[]/);
    const nested = option.slice(first.length + 1);
    const options = { [first]: value === undefined && nested !== '' ? { [nested]: 'x' } : value };
    const starting = startSandbox(options as never);
    await expect(starting).rejects.toBeInstanceOf(GatewayError);
    await expect(starting).rejects.toMatchObject({ code: 'CHAPPE_GATEWAY_INVALID' });
    await expect(starting).rejects.toThrow(`startSandbox: ${option}`);
    await expect(starting).rejects.toThrow(says);
  });

  it('right: taken, and undefined is as left out', async () => {
    const list = [{ systemId: 'shop', password: 'secret' }];
    const sandbox = await startSandbox({
      accounts: { open: false, list },
      handsets: { delayMs: [0, 0] },
      tls: undefined,
    });
    await sandbox.close();
  });
});

it('a handset is asked for by texts', async () => {
  const sandbox = await startSandbox();
  expect(() => sandbox.phone(447700900123 as never)).toThrow(
    /^phone: msisdn is 447700900123: it takes a text/,
  );
  expect(() => sandbox.phone('')).toThrow('msisdn is empty');
  const phone = sandbox.phone('447700900123');
  await expect(phone.send(5 as never, '60100')).rejects.toThrow('text is 5');
  await expect(phone.send('x', undefined as never)).rejects.toThrow('to is missing');
  await expect(phone.send('x', 60100 as never)).rejects.toThrow('to is 60100');
  expect(() => phone.setState('offf' as never)).toThrow('did you mean off?');
  for (const [query, options, says] of [
    [5, undefined, 'waitForMessage: the query is 5'],
    [undefined, undefined, 'waitForMessage: the query is missing'],
    ['to:1', 50, 'waitForMessage: the options is 50'],
    ['to:1', { timeoutMs: 'x' }, 'timeoutMs is a string'],
    ['to:1', { timeout: 50 }, 'did you mean timeoutMs?'],
    ['to:1', { signal: {} }, 'signal is an object'],
  ] as const) {
    await expect(sandbox.waitForMessage(query as never, options as never)).rejects.toThrow(says);
  }
  await expect(sandbox.messages(5 as never)).rejects.toThrow('messages: the query is 5');
  await sandbox.close();
});
