import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { account, connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

describe('choosing the way', () => {
  it('the first rule that matches counts: account, sender, longest way down the list', async () => {
    world = await World.start({
      accounts: [account('gold', { tags: ['vip'] }), account('acme')],
      connectors: ['a', 'b', 'c', 'd'],
      routes: [
        via(['a'], undefined, { name: 'tag', tags: ['vip'] }),
        via(['b'], undefined, { name: 'sender', from: ['ALERT*'], to: ['44'] }),
        via(['c'], undefined, { name: 'text', text: 'code \\d+', textFlags: 'i' }),
        via(['d'], undefined, { name: 'when', when: 'msg.to.startsWith("49") && msg.segments == 1' }),
      ],
    });
    const gold = await world.esme({ systemId: 'gold' });
    const acme = await world.esme();
    const say = (words: string) => ({ short_message: Buffer.from(words) });
    await gold.submit(say('tag'));
    await acme.submit({ source_addr: 'ALERTS', ...say('sender') });
    await acme.submit(say('Your CODE 123'));
    await acme.submit({ destination_addr: '491701234567', ...say('when') });
    const nowhere = await acme.submit(say('none'));
    await world.pass();
    const texts = ['a', 'b', 'c', 'd'].map((name) => world.centre(name).texts);
    expect(texts).toEqual([['tag'], ['sender'], ['Your CODE 123'], ['when']]);
    expect(nowhere.command_status).toBe(status.ESME_RINVDSTADR);
    expect(world.gateway.counters().refusals.unrouted).toBe(1);
  });

  it('by the hour', async () => {
    world = await World.start({
      connectors: ['day', 'night'],
      routes: [
        via(['day'], undefined, { name: 'day', time: [{ from: '08:00', until: '20:00' }] }),
        via(['night'], undefined, { name: 'night' }),
      ],
    });
    const esme = await world.esme();
    await esme.submit();
    await world.pass(9 * 3_600_000);
    await esme.submit();
    await world.pass();
    expect(world.centre('day').texts).toHaveLength(1);
    expect(world.centre('night').texts).toHaveLength(1);
  });

  it('by weight, evenly spread', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a*7,b*3'])] });
    const esme = await world.esme();
    for (let i = 0; i < 100; i += 1) await esme.submit();
    await world.pass(100);
    expect(world.centre('a').submitted).toHaveLength(70);
    expect(world.centre('b').submitted).toHaveLength(30);
  });

  it('by weight among those that are there; the share of one that is gone goes to the others', async () => {
    world = await World.start({ connectors: ['a', 'b', 'c'], routes: [via(['a*2,b,c'])] });
    world.centre('a').cut();
    await world.pass();
    const esme = await world.esme();
    for (let i = 0; i < 40; i += 1) await esme.submit();
    await world.pass(100);
    expect(['a', 'b', 'c'].map((name) => world.centre(name).submitted.length)).toEqual([0, 20, 20]);
  });

  it('one of a group that hangs does not hold up the others', async () => {
    world = await World.start({ connectors: ['a', 'b', 'c'], routes: [via(['a,b,c'])] });
    world.centre('a').react = () => 'hang';
    for (const name of ['b', 'c']) world.centre(name).react = () => ({ delayMs: 20 });
    const esme = await world.esme();
    for (let i = 0; i < 300; i += 1) await esme.submit();
    await world.pass(1_000);
    expect(world.centre('a').submitted).toHaveLength(10);
    expect(world.centre('b').submitted.length + world.centre('c').submitted.length).toBe(290);
  });

  it('a paused connector gets nothing; started, it does', async () => {
    world = await World.start({
      connectors: [connector('a', { paused: true }), 'b'],
      routes: [via(['a', 'b'])],
    });
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    expect(world.centre('a').binds).toBe(0);
    expect(world.centre('b').texts).toHaveLength(1);
    world.upstream('a').start();
    await world.pass(1_000);
    await esme.submit();
    await world.pass();
    expect(world.centre('a').texts).toHaveLength(1);
    world.upstream('a').pause();
    await esme.submit();
    await world.pass();
    expect(world.centre('a').sessions).toHaveLength(1);
    expect(world.centre('b').texts).toHaveLength(2);
  });

  it('to an account, and to the handsets', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        via(['account:other'], undefined, { name: 'account', to: ['33'] }),
        via(['handsets'], undefined, { name: 'handsets', to: ['999'] }),
        via(['a']),
      ],
    });
    const esme = await world.esme();
    const other = await world.esme({ systemId: 'other' });
    await esme.submit({ destination_addr: '33123456789' });
    await esme.submit({ destination_addr: '999000111' });
    await world.pass(500);
    expect(other.texts).toEqual(['Hello']);
    expect(world.rig.handsets.inbox('999000111')).toHaveLength(1);
    expect(world.centre('a').texts).toEqual([]);
    expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
  });
});

describe('numbers that mean something to simulated handsets', () => {
  it('are ordinary numbers at an operator', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    const esme = await world.esme();
    for (let magic = 1; magic <= 11; magic += 1) {
      const destination_addr = `4477005550${String(magic).padStart(3, '0')}`;
      expect((await esme.submit({ destination_addr })).command_status).toBe(0);
      await world.pass();
      await a.receipt(a.last);
      await world.pass(10);
      expect(esme.stats).toHaveLength(magic);
    }
    expect(a.destinations).toHaveLength(11);
    expect(new Set(esme.stats)).toEqual(new Set(['DELIVRD']));
  });
});

describe('handsets and accounts among the targets', () => {
  it('take over when the operators before them cannot', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        via(['a', 'account:other'], undefined, { name: 'account', to: ['33'] }),
        via(['a', 'handsets'], undefined, { name: 'handsets' }),
      ],
    });
    const a = world.centre('a');
    const esme = await world.esme();
    const other = await world.esme({ systemId: 'other' });
    await esme.submit();
    await world.pass();
    expect(a.texts).toHaveLength(1);
    a.react = () => ({ status: status.ESME_RSYSERR });
    await esme.submit({ destination_addr: '33123456789' });
    await world.pass(100);
    expect(other.texts).toEqual(['Hello']);
    a.cut();
    await world.pass();
    const { message_id } = await esme.submit({ destination_addr: '447700900999' });
    await world.pass(500);
    expect(world.rig.handsets.inbox('447700900999')).toHaveLength(1);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
    expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
  });

  it('share by weight', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a*3,account:other*1'])] });
    const esme = await world.esme();
    const other = await world.esme({ systemId: 'other' });
    for (let i = 0; i < 40; i += 1) await esme.submit();
    await world.pass(500);
    expect(world.centre('a').submitted).toHaveLength(30);
    expect(other.texts).toHaveLength(10);
  });
});

describe('what a rule does instead', () => {
  it('reject, drop, hold and release', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        { name: 'no', to: ['881'], action: { kind: 'reject', status: status.ESME_RINVDSTADR } },
        { name: 'void', to: ['882'], action: { kind: 'drop' } },
        { name: 'wait', from: ['NEW*'], action: { kind: 'hold' } },
        via(['a']),
      ],
    });
    const a = world.centre('a');
    const esme = await world.esme();
    expect((await esme.submit({ destination_addr: '88112345678' })).command_status).toBe(
      status.ESME_RINVDSTADR,
    );
    const dropped = await esme.submit({ destination_addr: '88212345678' });
    const held = await esme.submit({ source_addr: 'NEWCO' });
    await world.pass(5_000);
    expect(await world.view(dropped.message_id)).toMatchObject({ state: 'skipped' });
    expect(await world.view(held.message_id)).toMatchObject({ state: 'enroute', attempts: 0 });
    expect(a.texts).toEqual([]);
    expect(world.gateway.counters().refusals.route).toBe(1);
    const message = await world.gateway.center.query({ publicId: held.message_id });
    const next = message && world.gateway.network.releaseLane([message]);
    expect(next?.route.settings.name).toBe('main');
    await world.gateway.center.move(message?.id ?? 0, next?.lane ?? '', { memo: 'main' });
    await world.pass();
    expect(a.texts).toEqual(['Hello']);
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toContain('DELIVRD');
  });

  it('a held message that nobody releases expires', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [{ name: 'wait', action: { kind: 'hold' } }],
    });
    const esme = await world.esme();
    await esme.submit({ validity_period: '000000000100000R' });
    await world.pass(65_000);
    expect(esme.stats).toEqual(['EXPIRED']);
  });
});

describe('rewriting', () => {
  it('numbers and senders of a customer, then of an operator', async () => {
    world = await World.start({
      accounts: [
        account('acme', {
          numbers: { countryCode: '44', nationalPrefix: '0', internationalPrefixes: ['00'] },
          senderRules: [{ from: 'ACME', replaceBy: 'ACME UK' }],
        }),
      ],
      connectors: [
        connector('a', {
          source: { ton: 'auto', npi: 'auto' },
          destination: { addPrefix: '+' },
          senderRules: [{ from: 'ACME*', replaceBy: '447000000001' }],
          serviceType: 'VMA',
        }),
      ],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    const esme = await world.esme();
    await esme.submit({ destination_addr: '07700900123', dest_addr_ton: 0, dest_addr_npi: 0 });
    await esme.submit({ destination_addr: '0049170123456', dest_addr_ton: 0, dest_addr_npi: 0 });
    await world.pass();
    expect(a.destinations).toEqual(['+447700900123', '+49170123456']);
    expect(a.last.pdu).toMatchObject({ source_addr: '447000000001', service_type: 'VMA' });
    expect(a.last.pdu.source_addr_ton).toBe(1);
    // The receipt has the addresses that the customer knows.
    await a.receipt(a.submitted[0] as never);
    await world.pass();
    expect(esme.deliveries[0]).toMatchObject({ source_addr: '447700900123', destination_addr: 'ACME UK' });
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('a sender that an account may not use, and one that a connector refuses', async () => {
    world = await World.start({
      accounts: [account('acme', { senders: ['ACME*'] })],
      connectors: [connector('a', { senderRules: [{ from: 'ACME2', refuse: true }] }), 'b'],
      routes: [via(['a', 'b'])],
    });
    const esme = await world.esme();
    expect((await esme.submit({ source_addr: 'BANK' })).command_status).toBe(status.ESME_RINVSRCADR);
    await esme.submit({ source_addr: 'ACME2' });
    await world.pass();
    expect(world.centre('a').texts).toEqual([]);
    expect(world.centre('b').texts).toEqual(['Hello']);
  });

  it('a text that a filter changes is the one that leaves', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        via(['a'], undefined, {
          filters: {
            texts: [{ pattern: 'cheap', flags: 'i', action: 'replace', replacement: 'good value' }],
          },
        }),
      ],
    });
    const esme = await world.esme();
    await esme.submit({ short_message: Buffer.from('CHEAP shoes') });
    await world.pass();
    expect(world.centre('a').texts).toEqual(['good value shoes']);
  });
});

describe('filters', () => {
  it('refuse by number, sender, text, link and repetition', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [via(['a'])],
      filters: {
        blockTo: ['4477009099*'],
        blockFrom: ['FAKE*'],
        texts: [{ pattern: 'lottery', flags: 'i' }],
        urls: { allow: ['acme.example'] },
        duplicates: { windowMs: 60_000 },
      },
    });
    const esme = await world.esme();
    const say = (words: string, more: object = {}) =>
      esme.submit({ short_message: Buffer.from(words), ...more });
    const answers = [
      await say('1', { destination_addr: '447700909912' }),
      await say('2', { source_addr: 'FAKER' }),
      await say('You won the Lottery'),
      await say('see https://evil.example/x'),
      await say('see https://www.acme.example/x'),
      await say('same'),
      await say('same'),
      await say('same', { destination_addr: '447700900124' }),
    ];
    expect(answers.map(({ command_status }) => command_status === 0)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      false,
      true,
    ]);
    await world.pass(61_000);
    expect((await say('same')).command_status).toBe(0);
    expect(world.gateway.counters().refusals.filter).toBe(5);
  });
});

describe('accounts', () => {
  it('throughput: rejected or shaped', async () => {
    world = await World.start({
      accounts: [
        account('fast', { throughput: { perSecond: 10, burst: 5 } }),
        account('shaped', { throughput: { perSecond: 10, burst: 5, excess: 'shape' } }),
      ],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    const fast = await world.esme({ systemId: 'fast' });
    const statuses = await Promise.all(Array.from({ length: 8 }, () => fast.submit()));
    expect(statuses.filter(({ command_status }) => command_status === 0)).toHaveLength(5);
    expect(statuses.at(-1)?.command_status).toBe(status.ESME_RTHROTTLED);
    const shaped = await world.esme({ systemId: 'shaped' });
    let answered = 0;
    const at = world.clock.monotonicMs();
    const times: number[] = [];
    for (let i = 0; i < 15; i += 1)
      void shaped.submit().then(({ command_status }) => {
        if (command_status === 0) answered += 1;
        times.push(world.clock.monotonicMs() - at);
      });
    await world.pass(1_500);
    expect(answered).toBe(15);
    expect(times.at(-1)).toBeGreaterThanOrEqual(900);
  });

  it('quotas end at midnight', async () => {
    world = await World.start({
      accounts: [account('acme', { quota: { day: 3 } })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    const esme = await world.esme();
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await esme.submit()).command_status);
    expect(statuses).toEqual([0, 0, 0, status.ESME_RTHROTTLED]);
    await world.pass(12 * 3_600_000 + 1_000);
    expect((await esme.submit()).command_status).toBe(0);
  });

  it.each([
    ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-/],
    ['hex', /^[0-9a-f]{22}$/],
    ['decimal', /^\d{18,19}$/],
    ['short', /^[0-9A-Za-z]{1,8}$/],
  ] as const)('ids as %s: in the response, the receipt and the query', async (messageId, form) => {
    world = await World.start({
      accounts: [account('acme', { messageId })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    expect(message_id).toMatch(form);
    await world.pass();
    await a.receipt(a.last);
    await world.pass();
    expect(esme.texts[0]).toContain(`id:${message_id} `);
    const query = await esme.request<'query_sm'>({ command: 'query_sm', message_id, source_addr: 'ACME' });
    expect(query.message_state).toBe(2);
  });
});
