/** Whatever the acceptance decides is done by every door that a customer's message can come by. */

import type { AccountSettings } from '@chappe/policy';
import type { PduInput } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import { account, via, World } from './world.ts';

let world: World;
let esme: Esme;
afterEach(() => world.stop());

const text = Buffer.from('xxx Hello');
const numberOf = (to: string) => ({ dest_addr_ton: 0, dest_addr_npi: 1, destination_addr: to });

/** Settles when the customer has been answered; an error is a refusal. */
type Door = (to: string) => Promise<unknown>;

const doors: Record<string, Door> = {
  submit_sm: async (to) => ok(await esme.submit({ ...numberOf(to), short_message: text })),
  'submit_sm of a long text': async (to) =>
    ok(await esme.submit({ ...numberOf(to), short_message: Buffer.concat([text, Buffer.alloc(200, 'a')]) })),
  data_sm: async (to) =>
    ok(
      await esme.request<'data_sm'>({
        command: 'data_sm',
        source_addr_ton: 5,
        source_addr: 'ACME',
        ...numberOf(to),
        tlvs: { message_payload: text },
      } as PduInput<'data_sm'>),
    ),
  submit_multi: async (to) =>
    ok(
      await esme.request<'submit_multi'>({
        command: 'submit_multi',
        source_addr_ton: 5,
        source_addr: 'ACME',
        dest_address: [{ dest_flag: 1, ...numberOf(to) }] as never,
        short_message: text,
      }),
    ),
  HTTP: (to) => world.gateway.submit({ account: 'acme', from: 'ACME', to, text: text.toString() }),
  'HTTP with a long text': (to) =>
    world.gateway.submit({ account: 'acme', from: 'ACME', to, text: `${text}${'a'.repeat(200)}` }),
};

function ok(response: { readonly command_status: number }): void {
  if (response.command_status !== 0) throw new Error(`refused: ${response.command_status}`);
}

async function begin(settings: Partial<AccountSettings>): Promise<void> {
  world = await World.start({
    accounts: [account('acme', settings)],
    connectors: ['a'],
    routes: [
      via(['a'], undefined, {
        priority: 3,
        price: { perSegment: 10 },
        filters: { texts: [{ pattern: 'x+', action: 'replace', replacement: 'y' }] },
      }),
    ],
  });
  world.centre('a').cut();
  await world.pass();
  esme = await world.esme();
}

describe.each(Object.entries(doors))('%s', (name, send) => {
  const segments = name.includes('long') ? 2 : 1;

  it('waits when the account is shaped', async () => {
    const perSecond = 2 * segments;
    await begin({ throughput: { perSecond, burst: segments, excess: 'shape' } });
    const answeredMs: number[] = [];
    const beganMs = world.clock.monotonicMs();
    const all = Array.from({ length: 6 }, async (_, at) => {
      await send(`4477009001${at}0`);
      answeredMs.push(world.clock.monotonicMs() - beganMs);
    });
    await world.pass(3_000);
    await Promise.all(all);
    expect(answeredMs).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500]);
    // What would wait too long is refused, and nothing of it is stored or counted.
    const beyond = Promise.allSettled(Array.from({ length: 20 }, (_, at) => send(`4477009002${at}0`)));
    await world.pass(10_000);
    const taken = (await beyond).filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBe(11);
    expect(world.gateway.counters().center.accepted).toBe((6 + taken) * segments);
    const policy = world.gateway.accounts.get('acme')?.policy;
    expect(policy?.quota.used(world.clock.nowMs()).day).toBe((6 + taken) * segments);
  });

  it('stores sender, number, priority, route, price and text as they were decided', async () => {
    await begin({
      credit: { mode: 'postpaid' },
      senderRules: [{ from: 'ACME', replaceBy: 'ACME UK' }],
      numbers: { countryCode: '44', nationalPrefix: '0', leastDigits: 5 },
    });
    await send('07700900123');
    const { messages } = await world.gateway.center.search({ limit: 10 });
    expect(messages.length).toBe(segments);
    for (const message of messages) {
      expect(message).toMatchObject({
        source: { ton: 5, digits: 'ACME UK' },
        destination: { ton: 1, npi: 1, digits: '447700900123' },
        priority: 3,
        lane: 'via:a',
        memo: 'main',
        price: 10,
      });
    }
    const whole = [...messages]
      .reverse()
      .map((message) => message.text)
      .join('');
    expect(whole).toMatch(/^y Helloa*$/);
    expect(messages.at(-1)?.timeline).toContain('route=main');
    expect(world.gateway.ledger.account('acme').reserved).toBe(10 * segments);
  });
});
