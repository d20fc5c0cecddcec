/** A text of several short messages counts as that many, whichever door and whichever field it came by. */
import { MemoryControl, MemoryStore } from '@chappe/center';
import type { ConnectorSettings } from '@chappe/policy';
import { type PduInput, readText, status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { releaseHeld } from '../../src/index.ts';
import type { Esme } from '../rig.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let esme: Esme;
afterEach(() => world.stop());

interface Sample {
  readonly octets: Uint8Array;
  readonly dataCoding?: number;
  readonly udhi?: boolean;
  readonly segments: number;
  /** Of the text that it is a part of. */
  readonly total?: number;
  /** Nobody can cut it, nor say it but as a short_message. */
  readonly isWhole?: boolean;
}

const fill = (count: number, octet = 0x61): Uint8Array => new Uint8Array(count).fill(octet);
const euros = (count: number): Uint8Array => Buffer.from('1b65'.repeat(count), 'hex');
const under = (header: string, text: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(header, 'hex'), text]);
// Application ports: a header of seven octets, which leaves 152 septets.
const ports = '0605040b8423f0';
const part = '050003090201';

const samples: Record<string, Sample> = {
  'no text': { octets: fill(0), segments: 1 },
  '160 characters': { octets: fill(160), segments: 1 },
  '161 characters': { octets: fill(161), segments: 2 },
  '254 characters': { octets: fill(254), segments: 2 },
  '80 characters of the extension table': { octets: euros(80), segments: 1 },
  '81 characters of the extension table': { octets: euros(81), segments: 2 },
  '120 characters of the extension table': { octets: euros(120), segments: 2 },
  '161 characters of a flash message': { octets: fill(161), dataCoding: 0xf0, segments: 2 },
  '160 characters of IA5': { octets: fill(160), dataCoding: 1, segments: 1 },
  '161 characters of IA5': { octets: fill(161), dataCoding: 1, segments: 2 },
  '140 of Latin-1': { octets: fill(140), dataCoding: 3, segments: 1 },
  '141 of Latin-1': { octets: fill(141), dataCoding: 3, segments: 2 },
  '70 of UCS-2': { octets: fill(140, 0x30), dataCoding: 8, segments: 1 },
  '71 of UCS-2': { octets: fill(142, 0x30), dataCoding: 8, segments: 2 },
  '127 of UCS-2': { octets: fill(254, 0x30), dataCoding: 8, segments: 2 },
  '71 of UCS-2 as flash': { octets: fill(142, 0x30), dataCoding: 0x18, segments: 2 },
  '140 octets': { octets: fill(140), dataCoding: 4, segments: 1 },
  '141 octets': { octets: fill(141), dataCoding: 4, segments: 2 },
  '254 octets': { octets: fill(254), dataCoding: 4, segments: 2 },
  '152 characters behind ports': { octets: under(ports, fill(152)), udhi: true, segments: 1 },
  '153 characters behind ports': { octets: under(ports, fill(153)), udhi: true, segments: 2 },
  'a part of 153 characters': { octets: under(part, fill(153)), udhi: true, segments: 1, total: 2 },
  'a part that is more than a part can be': {
    octets: under(part, fill(154)),
    udhi: true,
    segments: 2,
    isWhole: true,
  },
};

type Door = (sample: Sample, to: string) => Promise<{ readonly status: number }>;

const codingOf = ({ dataCoding = 0, udhi = false }: Sample): Partial<PduInput<'submit_sm'>> => ({
  data_coding: dataCoding,
  esm_class: udhi ? 0x40 : 0,
});

const doors: Record<string, Door> = {
  submit_sm: async (sample, to) => {
    const fields = { ...codingOf(sample), destination_addr: to, short_message: sample.octets };
    return { status: (await esme.submit(fields)).command_status };
  },
  'submit_sm with message_payload': async (sample, to) => {
    const tlvs = { message_payload: sample.octets };
    const fields = { ...codingOf(sample), destination_addr: to, short_message: fill(0), tlvs };
    return { status: (await esme.submit(fields)).command_status };
  },
  data_sm: async (sample, to) => {
    const { command_status } = await esme.request<'data_sm'>({
      command: 'data_sm',
      source_addr: 'ACME',
      dest_addr_ton: 1,
      destination_addr: to,
      ...codingOf(sample),
      tlvs: { message_payload: sample.octets },
    } as PduInput<'data_sm'>);
    return { status: command_status };
  },
  submit_multi: async (sample, to) => {
    const { command_status } = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr: 'ACME',
      dest_address: [{ dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to }] as never,
      short_message: sample.octets,
      ...codingOf(sample),
    } as PduInput<'submit_multi'>);
    return { status: command_status };
  },
};

const limits = { quota: { day: 10 }, throughput: { perSecond: 0.001, burst: 2 } };

async function begin(connectorSettings: Partial<ConnectorSettings> = {}): Promise<void> {
  world = await World.start({
    accounts: [account('acme', { ...limits, credit: { mode: 'prepaid' } })],
    connectors: [connector('a', connectorSettings)],
    routes: [
      { name: 'long', segments: { min: 2 }, to: ['4479'], action: { kind: 'reject', status: 0x01 } },
      via(['a'], undefined, { price: { perSegment: 10 } }),
    ],
  });
  const entry = { account: 'acme', kind: 'top-up' as const, amount: 1_000, by: 'test' };
  await world.gateway.ledger.credit(entry, world.clock.nowMs());
  esme = await world.esme();
}

/** What one message has cost, and what is left of the burst of two for another. */
async function costs(): Promise<object> {
  const { policy } = world.gateway.accounts.get('acme') as NonNullable<
    ReturnType<typeof world.gateway.accounts.get>
  >;
  const { accepted } = world.gateway.counters().center;
  return {
    reserved: world.gateway.ledger.account('acme').reserved,
    quota: policy.quota.used(world.clock.nowMs()).day,
    accepted,
    ofAccount: world.gateway.messageCounts.accounts.get('acme')?.accepted ?? 0,
    another: (await esme.submit({ destination_addr: '447700900999' })).command_status,
  };
}

const expected = (segments: number): object => ({
  reserved: segments * 10,
  quota: segments,
  accepted: segments,
  ofAccount: segments,
  another: segments === 1 ? 0 : status.ESME_RTHROTTLED,
});

const table = Object.entries(samples).flatMap(([name, sample]) =>
  Object.entries(doors)
    .filter(([door]) => sample.isWhole !== true || door === 'submit_sm' || door === 'submit_multi')
    .map(([door, send]) => [name, door, sample, send] as const),
);

describe.each(['udh8', 'payload'] as const)('to an operator that takes long texts as %s', (longMessages) => {
  it.each(table)('%s by %s', async (_name, _door, sample, send) => {
    await begin({ longMessages });
    expect(await send(sample, '447700900123')).toEqual({ status: 0 });
    expect(await costs()).toEqual(expected(sample.segments));
    await world.pass(100);
    const operator = world.centre('a');
    const own = operator.submitted.filter(({ to }) => to === '447700900123');
    const isCut = longMessages === 'udh8' && sample.segments > 1 && sample.isWhole !== true;
    expect(own.length).toBe(isCut ? sample.segments : 1);
    // Nothing of the text is lost on its way, whoever cuts it.
    const octets = own.map(({ text }) => text).join('');
    const header = sample.udhi === true ? (sample.octets[0] ?? 0) + 1 : 0;
    expect(octets).toBe(Buffer.from(sample.octets.subarray(header)).toString('latin1'));
  });

  it.each(table)('%s by %s: a condition on segments', async (_name, _door, sample, send) => {
    await begin({ longMessages });
    expect((await send(sample, '447900000000')).status).toBe((sample.total ?? sample.segments) > 1 ? 1 : 0);
  });
});

describe('over HTTP', () => {
  const contents = {
    '160 characters': [{ text: 'a'.repeat(160) }, 1],
    '161 characters': [{ text: 'a'.repeat(161) }, 2],
    '71 of UCS-2': [{ text: 'ж'.repeat(71) }, 2],
    '141 octets': [{ hex: '61'.repeat(141) }, 2],
  } as const;
  const methods = ['udh8', 'udh16', 'sar', 'payload'] as const;
  const cases = Object.entries(contents).flatMap(([name, [content, segments]]) =>
    methods.map((method) => [name, method, content, segments] as const),
  );

  it.each(cases)('%s as %s', async (_name, longMessage, content, segments) => {
    await begin();
    const sent = await world.gateway.submit({ account: 'acme', to: '447700900123', longMessage, ...content });
    expect(sent.segments).toBe(segments);
    expect(await costs()).toEqual(expected(segments));
    await world.pass(100);
    const own = world.centre('a').submitted.filter(({ to }) => to === '447700900123');
    expect(own.length).toBe(segments);
    const long = { account: 'acme', to: '447900000000', longMessage, ...content };
    if (segments > 1) await expect(world.gateway.submit(long)).rejects.toThrow('refused');
  });
});

describe('afterwards', () => {
  it('a quota counts the segments of a text that went whole over a restart, too', async () => {
    const store = new MemoryStore();
    store.close = () => Promise.resolve();
    const control = new MemoryControl();
    control.close = () => Promise.resolve();
    const settings = {
      accounts: [account('acme', { quota: { day: 4 } })],
      connectors: [connector('a', { longMessages: 'payload' as const })],
      routes: [via(['a'])],
    };
    world = await World.start(settings, {}, store, control);
    esme = await world.esme();
    await esme.submit({ short_message: fill(0), tlvs: { message_payload: fill(400) } });
    await world.stop({ keep: true });
    world = await World.start(settings, { given: world }, store, control);
    esme = await world.esme();
    const used = () => world.gateway.accounts.get('acme')?.policy.quota.used(world.clock.nowMs()).day;
    expect(used()).toBe(3);
    expect((await esme.submit({ short_message: fill(161) })).command_status).toBe(status.ESME_RTHROTTLED);
    expect((await esme.submit()).command_status).toBe(0);
  });

  it('a long text that is held leaves in pieces when it is released to an operator that wants it so', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [{ name: 'check', from: ['NEW'], action: { kind: 'hold' } }, via(['a'])],
    });
    esme = await world.esme();
    const text = 'word '.repeat(80);
    const { message_id } = await esme.submit({
      source_addr: 'NEW',
      short_message: fill(0),
      tlvs: { message_payload: Buffer.from(text) },
    });
    expect(await releaseHeld(world.gateway.center, world.gateway.network, message_id)).toBe('released');
    await world.pass(100);
    expect(world.centre('a').submitted.length).toBe(3);
    expect(world.centre('a').texts.join('')).toBe(text);
  });

  it('a filter that changes a part leaves it a part, and a text behind a header behind it', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        via(['a'], undefined, {
          filters: { texts: [{ pattern: 'x+', action: 'replace', replacement: 'Y' }] },
        }),
      ],
    });
    esme = await world.esme();
    const texts = ['Hello xxx', 'and xx'];
    for (const [index, text] of texts.entries()) {
      const header = `0500030902${String(index + 1).padStart(2, '0')}`;
      await esme.submit({ esm_class: 0x40, short_message: under(header, Buffer.from(text)) });
    }
    await esme.submit({ esm_class: 0x40, short_message: under(ports, Buffer.from('x at a port')) });
    await world.pass(100);
    const { submitted } = world.centre('a');
    expect(readText(submitted.slice(0, 2).map(({ pdu }) => pdu as never)).text).toBe('Hello Yand Y');
    expect(
      submitted.map(({ pdu }) =>
        Buffer.from((pdu as PduInput<'submit_sm'>).short_message ?? '')
          .toString('hex')
          .slice(0, 12),
      ),
    ).toEqual(['050003090201', '050003090202', '0605040b8423']);
  });

  it('a part that a filter makes longer than a part is refused, not torn', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        via(['a'], undefined, {
          filters: { texts: [{ pattern: 'a', action: 'replace', replacement: 'aa' }] },
        }),
      ],
    });
    esme = await world.esme();
    const fields = { esm_class: 0x40, short_message: under(part, fill(100)) };
    expect((await esme.submit(fields)).command_status).toBe(status.ESME_RINVMSGLEN);
  });
});

describe('a replacement', () => {
  const scheduled = { schedule_delivery_time: '000000003000000R' };
  const filters = { texts: [{ pattern: 'lottery' }] };
  const replace = async (message_id: string, text: Uint8Array): Promise<number> => {
    const { command_status } = await esme.request<'replace_sm'>({
      command: 'replace_sm',
      message_id,
      source_addr: 'ACME',
      short_message: fill(0),
      tlvs: { message_payload: text },
    });
    return command_status;
  };

  async function beginWhole(): Promise<void> {
    world = await World.start({
      accounts: [account('acme', { credit: { mode: 'prepaid' }, tags: ['vip'] })],
      connectors: [connector('a', { longMessages: 'payload' })],
      routes: [
        { name: 'bets', text: 'casino', action: { kind: 'reject', status: 0x45 } },
        { name: 'check', text: 'new', action: { kind: 'hold' } },
        via(['a'], undefined, { name: 'dear', text: 'dear', price: { perSegment: 30 } }),
        via(['a'], undefined, { price: { perSegment: 10 }, tags: ['vip'], filters }),
      ],
    });
    const entry = { account: 'acme', kind: 'top-up' as const, amount: 30, by: 'test' };
    await world.gateway.ledger.credit(entry, world.clock.nowMs());
    esme = await world.esme({ version: 0x50 });
  }

  it.each([
    ['of 30,000 octets', fill(30_000), 1, status.ESME_RREPLACEFAIL],
    ['of two segments', fill(161), 1, status.ESME_RREPLACEFAIL],
    ['of one segment', fill(160), 1, 0],
    ['of two segments, where two were paid', fill(306), 2, 0],
    ['of three segments, where two were paid', fill(307), 2, status.ESME_RREPLACEFAIL],
    ['of one segment, where two were paid', fill(1), 2, 0],
    ['that a route rejects', Buffer.from('casino'), 1, status.ESME_RREPLACEFAIL],
    ['that a route holds back', Buffer.from('new'), 1, status.ESME_RREPLACEFAIL],
    ['that another route takes for more', Buffer.from('dear me'), 1, status.ESME_RREPLACEFAIL],
    ['that a filter refuses', Buffer.from('lottery'), 1, status.ESME_RREPLACEFAIL],
  ])('by a text %s', async (_, text, paid, expectedStatus) => {
    await beginWhole();
    const payload = { message_payload: fill(paid === 1 ? 5 : 161) };
    const { message_id } = await esme.submit({ ...scheduled, short_message: fill(0), tlvs: payload });
    expect(await replace(message_id, text)).toBe(expectedStatus);
    expect(world.gateway.ledger.account('acme').reserved).toBe(paid * 10);
    await world.pass(31 * 60_000);
    const { last } = world.centre('a');
    expect(last.text.length).toBe(expectedStatus === 0 ? text.length : payload.message_payload.length);
    expect(world.centre('a').submitted.length).toBe(1);
  });

  it.each([
    ['shorter', 5, 20],
    ['of as many segments', 200, 20],
    ['longer', 400, 30],
  ])('by replace_if_present with one that is %s costs what is sent', async (_, octets, cost) => {
    await beginWhole();
    const fields = (text: Uint8Array) => ({
      ...scheduled,
      replace_if_present_flag: 1,
      short_message: fill(0),
      tlvs: { message_payload: text },
    });
    const entry = { account: 'acme', kind: 'top-up' as const, amount: 100, by: 'test' };
    await world.gateway.ledger.credit(entry, world.clock.nowMs());
    expect((await esme.submit(fields(fill(161)))).command_status).toBe(0);
    expect((await esme.submit(fields(fill(octets)))).command_status).toBe(0);
    expect(world.gateway.ledger.account('acme').reserved).toBe(cost);
    await world.audit();
    await world.pass(31 * 60_000);
    expect(world.centre('a').submitted.map(({ text }) => text.length)).toEqual([octets]);
  });

  it('is read in the alphabet of its account', async () => {
    world = await World.start({
      accounts: [account('acme', { defaultAlphabet: 'latin1' })],
      connectors: [connector('a')],
      routes: [via(['a'])],
    });
    esme = await world.esme();
    const { message_id } = await esme.submit(scheduled);
    const { command_status } = await esme.request<'replace_sm'>({
      command: 'replace_sm',
      message_id,
      source_addr: 'ACME',
      short_message: Buffer.from('Grüße', 'latin1'),
    });
    expect(command_status).toBe(0);
    expect(await world.view(message_id)).toMatchObject({ text: 'Grüße' });
    await world.pass(31 * 60_000);
    expect(readText([world.centre('a').last.pdu as never]).text).toBe('Grüße');
  });
});
