/** Messages from handsets that are refused, and what becomes of those that nobody takes. */

import { describe, expect, test } from 'vitest';
import { exportEntry, writtenMoAction } from '../src/index.ts';
import { loaded, short } from './support/load.ts';

const hash = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
const file = (rest: string): string => `accounts: [{ systemId: acme, passwordHash: "${hash}" }]
connectors: [{ name: op, host: h.example, systemId: u }]
routes: [{ name: all, via: op }]
webhooks: [{ name: hook, url: "https://h.example/x", secret: "\${SECRET}" }]
${rest}
`;
const env = { SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}` };

describe('unclaimed', () => {
  test.each([
    ['{ reject: ESME_RX_T_APPN }', { kind: 'refuse', status: 0x64 }],
    ['{ reject: RX_R_APPN }', { kind: 'refuse', status: 0x66 }],
    ['{ reject: 0x0b }', { kind: 'refuse', status: 11 }],
    ['{ reject: true }', { kind: 'refuse', status: 0x66 }],
    ['{ do: drop }', { kind: 'drop' }],
    ['{ deliver: acme }', { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' }],
    ['{ deliver: { webhook: hook } }', { kind: 'webhook', webhook: 'hook' }],
  ])('%s, and back', async (written, action) => {
    const { settings } = await loaded(file(`unclaimed: ${written}`), { env });
    expect(settings.unclaimed).toEqual(action);
    const again = JSON.stringify(writtenMoAction(action as never));
    expect((await loaded(file(`unclaimed: ${again}`), { env })).settings.unclaimed).toEqual(action);
  });

  test('is not there by default', async () => {
    expect((await loaded(file(''), { env })).settings).not.toHaveProperty('unclaimed');
  });

  test.each([
    ['{}', 'one of "deliver", "reject" and "do" must be there'],
    ['{ reject: ESME_ROK }', 'ESME_ROK refuses nothing'],
    ['{ reject: 5, do: drop }', 'dropped or rejected'],
    ['{ do: drop, deliver: acme }', 'dropped or delivered'],
    ['{ deliver: none }', 'there is no account'],
    ['{ do: opt-out }', 'expected'],
    ['{ to: "1", do: drop }', 'to'],
  ])('%s is wrong', async (written, message) => {
    const flaws = await short(file(`unclaimed: ${written}`), { env });
    expect(flaws.join()).toContain(message);
    expect(flaws[0]).toMatch(/^5:\d+ /);
  });
});

describe('a rule that rejects', () => {
  test('is read, and written back', async () => {
    const text = file('mo: [{ name: no, to: "601", reject: ESME_RX_T_APPN }]');
    const rule = (await loaded(text, { env })).settings.mo[0];
    expect(rule).toMatchObject({ name: 'no', action: { kind: 'refuse', status: 0x64 } });
    if (rule !== undefined)
      expect(exportEntry('mo', rule)).toEqual({ name: 'no', to: ['601'], reject: '0x0064' });
  });

  test.each([
    'reject: 5, deliver: acme',
    'reject: 5, do: opt-out',
    'reject: 5, do: drop',
    'reject: 5, reply: no',
    'reject: 0',
  ])('%s is wrong', async (written) => {
    expect(await short(file(`mo: [{ name: no, ${written} }]`), { env })).not.toEqual([]);
  });
});
