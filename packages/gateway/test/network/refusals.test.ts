/** Whatever is not taken can be found afterwards: by whom, from where to where, why, and by which rule. */
import { encode, status } from '@chappe/protocol';
import { memoryPair } from '@chappe/smpp';
import { afterEach, describe, expect, it } from 'vitest';
import { submission } from '../rig.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const start = async (): Promise<World> => {
  world = await World.start({
    accounts: [
      account('acme', { senders: ['ACME'], throughput: { perSecond: 1, burst: 3 } }),
      account('poor', { credit: { mode: 'prepaid' } }),
    ],
    connectors: [connector('a')],
    filters: { blockTo: ['447700900999'] },
    routes: [
      { name: 'closed', to: ['49'], action: { kind: 'reject', status: status.ESME_RINVDSTADR } },
      { ...via(['a']), name: 'uk', to: ['44'], price: { perSegment: 10_000 } },
    ],
  });
  return world;
};

const kept = () =>
  world.gateway.refusals
    .find({}, 100)
    .map(({ account: who, command, session, to, status: answer, reason, rule }) =>
      [who, command, session === undefined ? '-' : 's', to, answer, reason, rule].join(' '),
    )
    .toReversed();

describe('submit_sm', () => {
  it.each([
    ['no money', 'poor', {}, `447700900123 ${status.ESME_RSUBMITFAIL} credit route=uk`],
    [
      'a sender of others',
      'acme',
      { source_addr: 'Other' },
      `447700900123 ${status.ESME_RINVSRCADR} sender `,
    ],
    [
      'no route',
      'acme',
      { destination_addr: '33612345678' },
      `33612345678 ${status.ESME_RINVDSTADR} unrouted `,
    ],
    [
      'a route that refuses',
      'acme',
      { destination_addr: '4915112345678' },
      `4915112345678 ${status.ESME_RINVDSTADR} route route=closed`,
    ],
    [
      'a filter',
      'acme',
      { destination_addr: '447700900999' },
      `447700900999 ${status.ESME_RINVDSTADR} filter route=uk destination-blocked filters.blockTo`,
    ],
    ['a number that is none', 'acme', { destination_addr: '' }, ` ${status.ESME_RINVDSTADR} form `],
    ['a wrong TON', 'acme', { dest_addr_ton: 9 }, `447700900123 ${status.ESME_RINVDSTTON} form `],
    ['a wrong time', 'acme', { validity_period: 'tomorrow' }, `447700900123 ${status.ESME_RINVEXPIRY} form `],
  ])('%s', async (_name, systemId, fields, found) => {
    await start();
    const esme = await world.esme({ systemId });
    expect((await esme.submit(fields)).command_status).not.toBe(0);
    expect(kept()).toEqual([`${systemId} submit_sm s ${found}`]);
  });

  it('too fast; what is taken is not among them', async () => {
    await start();
    const esme = await world.esme({ systemId: 'acme' });
    for (let at = 0; at < 5; at += 1) await esme.submit();
    expect(kept()).toEqual([
      `acme submit_sm s 447700900123 ${status.ESME_RTHROTTLED} throughput `,
      `acme submit_sm s 447700900123 ${status.ESME_RTHROTTLED} throughput `,
    ]);
  });

  it('one that the store does not take', async () => {
    await start();
    const esme = await world.esme({ systemId: 'acme' });
    world.store.commit = () => Promise.reject(new Error('disk'));
    expect((await esme.submit()).command_status).toBe(status.ESME_RSYSERR);
    expect(kept()).toEqual([`acme submit_sm s 447700900123 ${status.ESME_RSYSERR} store `]);
    world.rig.errors.length = 0;
  });
});

describe('what its session refuses before it is looked at', () => {
  /** A customer that sends octets. */
  async function octetsFrom(
    kind: 'transceiver' | 'receiver',
  ): Promise<(octets: Uint8Array) => Promise<void>> {
    const answers: Uint8Array[] = [];
    const [ours, theirs] = memoryPair();
    ours.start({
      onBytes: (bytes) => void answers.push(bytes),
      onDrain: () => undefined,
      onEnd: () => undefined,
    });
    world.gateway.accept(theirs);
    const send = async (octets: Uint8Array): Promise<void> => {
      ours.write(octets);
      await world.pass();
    };
    const [system_id, password] = ['acme', 'secret'];
    await send(
      encode({ command: `bind_${kind}`, sequence_number: 1, system_id, password, interface_version: 0x34 }),
    );
    await world.until(() => answers.length > 0);
    return send;
  }
  const good = submission({ source_addr: 'ACME' });
  const octets = (sequence_number: number, more: object = {}) =>
    encode({ ...good, ...more, sequence_number });
  const cut = Buffer.from(octets(2).subarray(0, 30));
  cut.writeUInt32BE(30, 0);
  const length = { tlvs: [{ tag: 0x0204, value: new Uint8Array(3) }] };
  const [line, to] = ['acme submit_sm s', '447700900123'];

  it.each([
    [
      'a TLV of a wrong length',
      'transceiver',
      [octets(2, length)],
      `${line} ${to} ${status.ESME_RINVTLVLEN} form `,
    ],
    ['a bind that only receives', 'receiver', [octets(2)], `${line} ${to} ${status.ESME_RINVBNDSTS} form `],
    [
      'octets that cannot be read',
      'transceiver',
      [cut],
      expect.stringMatching(/^acme submit_sm s {2}\d+ form $/),
    ],
    [
      'more than may await an answer',
      'transceiver',
      [Buffer.concat([octets(2), octets(3)])],
      `${line} ${to} ${status.ESME_RTHROTTLED} throughput `,
    ],
  ] as const)('%s', async (_name, kind, all, found) => {
    world = await World.start({
      accounts: [account('acme', { window: 1 })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    const send = await octetsFrom(kind);
    for (const one of all) await send(one);
    expect(kept()).toEqual([found]);
  });

  it('nothing of who has not bound, and no other command', async () => {
    await start();
    const [ours, theirs] = memoryPair();
    ours.start({ onBytes: () => undefined, onDrain: () => undefined, onEnd: () => undefined });
    world.gateway.accept(theirs);
    ours.write(octets(1));
    const send = await octetsFrom('receiver');
    await send(encode({ command: 'query_sm', sequence_number: 2, message_id: 'x' }));
    expect(kept()).toEqual([]);
  });
});

it('submit_multi, destination by destination; data_sm; broadcast_sm', async () => {
  await start();
  const esme = await world.esme({ systemId: 'acme', version: 0x50 });
  const to = (destination_addr: string) => ({
    dest_flag: 1 as const,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr,
  });
  const source = { source_addr_ton: 5, source_addr: 'ACME' };
  await esme.request({
    command: 'submit_multi',
    ...source,
    dest_address: [
      to('447700900123'),
      to('33612345678'),
      to('447700900999'),
      { dest_flag: 2, dl_name: 'friends' },
    ],
    short_message: Buffer.from('x'),
  });
  await esme.request({ command: 'data_sm', ...source, dest_addr_ton: 1, destination_addr: '33612345678' });
  await esme.request({ command: 'broadcast_sm', ...source, priority_flag: 9 });
  expect(kept()).toEqual([
    `acme submit_multi s friends ${status.ESME_RINVDLNAME} form `,
    `acme submit_multi s 33612345678 ${status.ESME_RINVDSTADR} unrouted `,
    `acme submit_multi s 447700900999 ${status.ESME_RINVDSTADR} filter route=uk destination-blocked filters.blockTo`,
    expect.stringMatching(/^acme data_sm s 33612345678 \d+ /),
    expect.stringMatching(/^acme broadcast_sm s {2}\d+ form $/),
  ]);
});

it('by HTTP, and live', async () => {
  await start();
  const submit = (more: object) =>
    world.gateway.submit({ account: 'acme', from: 'ACME', to: '447700900123', text: 'x', ...more });
  await expect(submit({ to: '33612345678' })).rejects.toThrow();
  await expect(submit({ to: '' })).rejects.toThrow();
  await expect(submit({ text: '👋', coding: 'gsm7' })).rejects.toThrow();
  await submit({});
  expect(kept().map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(Array(3).fill('acme http -'));
  expect(kept().map((line) => line.split(' ').at(-2))).toEqual(['unrouted', 'form', 'form']);
  const live = world.events.filter((event) => event.type === 'submission.refused');
  expect(live.map(({ refusal }) => refusal.number)).toEqual([1, 2, 3]);
});
