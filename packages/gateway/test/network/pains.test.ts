/**
 * What hurts with the gateways that there are, each made impossible here and proved: the numbers are those of the list
 * that this gateway was made against.
 */
import { readFileSync } from 'node:fs';
import { status } from '@chappe/protocol';
import { memoryPair } from '@chappe/smpp';
import { afterEach, describe, expect, it } from 'vitest';
import { type Esme, settled, start } from '../rig.ts';
import type { Centre } from './centre.ts';
import { account, connector, via, World, type WorldSettings } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

const plain: WorldSettings = { connectors: ['a'], routes: [via(['a'])] };

async function begin(settings: WorldSettings = plain): Promise<void> {
  world = await World.start(settings);
  a = world.centre('a');
  esme = await world.esme();
}

const say = (text: string) => ({ short_message: Buffer.from(text) });

describe('pain', () => {
  it('1, slow out of the box: ten requests in flight and no rate by default; 50 ms away, over 1,500/s', async () => {
    await begin();
    a.react = () => 'hang';
    await Promise.all(Array.from({ length: 30 }, () => esme.submit()));
    await world.pass();
    expect(a.submitted).toHaveLength(10);
    expect(world.upstream('a').perSecond).toBe(Number.POSITIVE_INFINITY);
    await world.stop();

    await begin({ connectors: [connector('a', { window: 100 })], routes: [via(['a'])] });
    a.react = () => ({ delayMs: 50 });
    await Promise.all(Array.from({ length: 900 }, () => esme.submit()));
    // In real time and on real sockets: `npm run bench`.
    const begun = world.clock.monotonicMs();
    await world.until(() => a.submitted.length >= 900, 10, 200);
    const seconds = (world.clock.monotonicMs() - begun) / 1_000;
    expect(900 / seconds).toBeGreaterThan(1_500);
  });

  it.each([
    ['ABCDEF', 'abcdef'],
    ['6f9619ff-8b86-d011-b42d-00cf4fc964ff', '6f9619ff-8b86-d011-b42d-00cf4fc964ff'],
    ['0000123', '123'],
    ['7fffffffffffffff', '9223372036854775807'],
    ['SAR-17-2-1', 'SAR-17-2-1'],
    ['1479978899.393701000100', '1479978899.393701000100'],
  ])('2, "unknown message id": %s in the response, %s in the receipt', async (given, told) => {
    await begin();
    a.react = () => ({ id: given });
    await esme.submit();
    await world.pass();
    await a.receipt(a.last, { id: told });
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('3, the receipt overtakes the response, and comes on another bind', async () => {
    await begin({
      connectors: [connector('a', { group: 'op' }), connector('b', { group: 'op' })],
      routes: [via(['a'])],
    });
    a.react = () => ({ id: 'x1', delayMs: 300 });
    await esme.submit();
    await world.pass();
    const status = world.centre('b').receipt({ ...a.last, id: 'x1' });
    await world.pass(400);
    expect(await status).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(world.upstream('b').counters.receiptsUnmatched).toBe(0);
  });

  it('4, receipts of a customer who is away wait, and hold up nobody else', async () => {
    await begin();
    const away = await world.esme({ systemId: 'away' });
    for (let i = 0; i < 200; i += 1) await away.submit();
    await world.pass(100);
    await away.drop();
    const theirs = [...a.submitted];
    await esme.submit();
    await world.pass(100);
    await Promise.all(theirs.map((one) => a.receipt(one)));
    await a.receipt(a.last);
    await world.pass(100);
    expect(esme.stats).toEqual(['DELIVRD']);
    await world.pass(3_600_000);
    const back = await world.esme({ systemId: 'away' });
    await world.pass(1_000);
    expect(back.stats).toHaveLength(200);
  });

  it('5, lost or stuck when something hiccups: the disk fails, operators go and come, all arrives', async () => {
    // kill -9 is proved in restart.test.ts and in the center; all at once in storm.test.ts.
    // What was on its way when a connection broke is sent again, where the operator says that this is right there.
    const resending = connector('a', { unknown: 'resend', retry: { unknown: { firstMs: 1_000 } } });
    await begin({ connectors: [resending], routes: [via(['a'])] });
    const ids: string[] = [];
    const commit = world.store.commit.bind(world.store);
    for (let round = 0; round < 5; round += 1) {
      for (let i = 0; i < 5; i += 1) {
        const destination_addr = `44770090${1_000 + ids.length}`;
        ids.push((await esme.submit({ destination_addr })).message_id);
      }
      a.cut();
      world.store.commit = () => Promise.reject(new Error('disk'));
      await world.pass(300);
      world.store.commit = commit;
      a.isDown = false;
      await world.pass(70_000);
      for (const one of a.submitted.splice(0)) await a.receipt(one);
      await world.pass(1_000);
    }
    world.rig.errors.length = 0;
    for (const id of ids) expect(await world.view(id)).toMatchObject({ state: 'delivered' });
  });

  it('6, duplicates: one that was not answered is not sent again by itself, and what may be double says so', async () => {
    await begin({ connectors: [connector('a', { responseTimeoutMs: 5_000 })], routes: [via(['a'])] });
    a.react = () => 'hang';
    const { message_id } = await esme.submit();
    await world.pass(60_000);
    expect(a.submitted).toHaveLength(1);
    expect(await world.story(message_id)).toContain('unanswered');
  });

  it('7, failover is failover: at dispatch, for what is queued, by any sign', async () => {
    await begin({
      connectors: ['a', 'b', 'c'],
      routes: [via(['a', 'b', 'c'], { onReceipt: ['undeliverable'] })],
    });
    a.react = () => ({ status: status.ESME_RSYSERR });
    const { message_id } = await esme.submit();
    await world.pass();
    const [b, c] = [world.centre('b'), world.centre('c')];
    await b.receipt(b.last, { stat: 'UNDELIV' });
    await world.pass(100);
    await c.receipt(c.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    // And the way it took can be seen.
    const story = await world.story(message_id);
    for (const name of ['a', 'b', 'c']) expect(story).toContain(`connector=${name}`);
  });

  it('8, long messages: every part is paid, paced and told as the account wants; nothing is cut off', async () => {
    await begin({
      accounts: [account('acme', { credit: { mode: 'prepaid' } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price: { perSegment: 10 } })],
    });
    await world.gateway.ledger.credit({ account: 'acme', kind: 'top-up', amount: 40, by: 'test' }, start);
    const long = { short_message: new Uint8Array(0), tlvs: { message_payload: Buffer.alloc(450, 'x') } };
    const { message_id } = await esme.submit(long);
    expect(world.gateway.ledger.account('acme').balance).toBe(10);
    expect((await esme.submit(long)).command_status).toBe(status.ESME_RSUBMITFAIL);
    await world.pass();
    expect(a.texts.join('')).toHaveLength(450);
    for (const one of a.submitted) await a.receipt(one);
    await world.pass();
    expect(esme.texts.map((text) => text.slice(3, 3 + message_id.length))).toEqual([message_id]);
  });

  it('9, a long message from a handset comes whole, in whatever order its parts do', async () => {
    await begin({
      ...plain,
      mo: [
        {
          name: 'all',
          reassemble: true,
          action: { kind: 'accounts', accounts: ['acme'], spread: 'all' },
        },
      ],
    });
    for (const n of [2, 3, 1]) {
      await a.deliver({
        source_addr: '447700900123',
        destination_addr: '12345',
        esm_class: 0x40,
        text: Buffer.concat([Uint8Array.of(6, 8, 4, 1, 2, 3, n), Buffer.from(`part ${n}. `)]),
      });
    }
    await world.pass(1_000);
    const [message] = esme.deliveries;
    const payload = message?.tlvs.find(({ name }) => name === 'message_payload')?.value;
    expect(Buffer.from((payload ?? message?.short_message) as Uint8Array).toString()).toBe(
      'part 1. part 2. part 3. ',
    );
    expect(esme.deliveries).toHaveLength(1);
  });

  it('10, encodings: the text is what counts, each side has its own octets for it', async () => {
    await begin({
      connectors: [connector('a', { defaultAlphabet: 'latin1' })],
      routes: [via(['a'])],
    });
    const sent = await world.gateway.submit({
      account: 'acme',
      from: 'ACME',
      to: '447700900123',
      text: 'Ünïcödé €',
    });
    expect(sent).toMatchObject({ coding: 'ucs2', segments: 1 });
    // As GSM 03.38 has it: 0x5E is Ü, 0x00 is @.
    await esme.submit({ short_message: Uint8Array.of(0x5e, 0x00) });
    await world.pass();
    expect(a.submitted.map(({ pdu }) => pdu.data_coding)).toEqual([8, 0]);
    expect(
      Buffer.from(a.texts[0] ?? '', 'latin1')
        .swap16()
        .toString('utf16le'),
    ).toBe('Ünïcödé €');
    expect(a.texts[1]).toBe('Ü@');
  });

  it('11, a PDU that is not known is answered, and the session stays', async () => {
    await begin();
    const [ours, theirs] = memoryPair();
    const got: Buffer[] = [];
    ours.start({
      onBytes: (bytes) => void got.push(Buffer.from(bytes)),
      onDrain: () => undefined,
      onEnd: () => void got.push(Buffer.from('over')),
    });
    world.gateway.accept(theirs);
    const pdu = (command: number, sequence: number, body = ''): Buffer => {
      const header = Buffer.alloc(16);
      header.writeUInt32BE(16 + body.length, 0);
      header.writeUInt32BE(command, 4);
      header.writeUInt32BE(sequence, 12);
      return Buffer.concat([header, Buffer.from(body, 'latin1')]);
    };
    ours.write(pdu(0x09, 1, 'raw\0secret\0\0\x34\0\0\0'));
    await settled();
    ours.write(pdu(0x0000_0999, 2));
    await settled();
    // query_sm of nothing.
    ours.write(pdu(0x03, 3, 'no\0\0\0\0'));
    await settled();
    const answers = Buffer.concat(got);
    const commands: [number, number][] = [];
    for (let at = 0; at < answers.length; at += answers.readUInt32BE(at))
      commands.push([answers.readUInt32BE(at + 4), answers.readUInt32BE(at + 8)]);
    expect(commands).toEqual([
      [0x8000_0009, 0],
      [0x8000_0000, status.ESME_RINVCMDID],
      [0x8000_0003, status.ESME_RINVMSGID],
    ]);
    ours.destroy();
    await settled();
  });

  it('12, vendor TLVs: by rule and by number, there and back', async () => {
    await begin({
      connectors: [
        connector('a', {
          tlvs: [
            { name: 'pe_id', tag: 0x1400, type: 'text', required: true },
            { name: 'template', tag: 0x1401, type: 'text', value: '1007' },
          ],
        }),
      ],
      routes: [via(['a'])],
    });
    await esme.submit({ tlvs: [{ tag: 0x1400, value: Buffer.from('PE1') }] });
    const without = await esme.submit();
    await world.pass();
    expect(a.submitted).toHaveLength(1);
    expect(a.last.pdu.tlvs.map(({ tag }) => tag).sort()).toEqual([0x1400, 0x1401]);
    expect(await world.view(without.message_id)).toMatchObject({ state: 'undeliverable' });
    await a.deliver({
      source_addr: '447700900123',
      destination_addr: 'ACME',
      text: 'Re',
      tlvs: [{ tag: 0x1499, value: Uint8Array.of(1, 2) }],
    });
    await world.pass();
    expect(esme.deliveries.at(-1)?.tlvs.map(({ tag }) => tag)).toEqual([0x1499]);
  });

  it('13, accepted means on disk: no answer before, and a bulk is whole or says what is not in it', async () => {
    // Progress, pause and export of a bulk are the API's.
    await begin();
    const commit = world.store.commit.bind(world.store);
    let go: () => void = () => undefined;
    world.store.commit = (changes, owner) =>
      new Promise((resolve) => {
        go = () => void commit(changes, owner).then(resolve);
      });
    let answer: { readonly message_id: string; readonly unsuccess_sme: readonly unknown[] } | undefined;
    const addresses = ['447700900001', '447700900002', 'bad'];
    void esme
      .request<'submit_multi'>({
        command: 'submit_multi',
        source_addr: 'ACME',
        dest_address: addresses.map((destination_addr) => ({
          dest_flag: 1,
          dest_addr_ton: 1,
          dest_addr_npi: 1,
          destination_addr,
        })) as never,
        short_message: Buffer.from('Hello'),
      })
      .then((response) => {
        answer = response;
      });
    await world.pass(1_000);
    expect(answer).toBeUndefined();
    expect(a.submitted).toEqual([]);
    world.store.commit = commit;
    go();
    await world.pass(100);
    expect(answer?.unsuccess_sme).toHaveLength(1);
    expect(a.destinations).toEqual(['447700900001', '447700900002']);
  });

  it('14, balances: a send that fails costs nothing, and what is left is still there after a restart', async () => {
    const settings: WorldSettings = {
      accounts: [account('acme', { credit: { mode: 'prepaid' } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price: { perSegment: 10 } })],
    };
    await begin(settings);
    await world.gateway.ledger.credit({ account: 'acme', kind: 'top-up', amount: 100, by: 'test' }, start);
    a.react = () => ({ status: status.ESME_RINVDSTADR });
    await esme.submit();
    await world.pass();
    a.react = () => ({});
    await esme.submit();
    await world.pass();
    await a.receipt(a.last);
    await world.pass();
    const { balance, reserved } = world.gateway.ledger.account('acme');
    expect({ balance, reserved }).toEqual({ balance: 90, reserved: 0 });
    const { entries } = await world.gateway.ledger.statement('acme').then((page) => ({ entries: page }));
    expect(JSON.stringify(entries)).toContain('test');
    // Over a restart: restart.test.ts.
  });

  it('15, memory: what waits for receipts, and what nobody knows, has an end; nothing is lost by that', async () => {
    world = await World.start(
      { connectors: [connector('a', { receipts: { unmatched: 3 } })], routes: [via(['a'])] },
      { center: { limits: { awaitedMessages: 5, laneMessages: 10, memoryMessages: 20, sweepMs: 1_000 } } },
    );
    a = world.centre('a');
    esme = await world.esme();
    for (let i = 0; i < 100; i += 1)
      await esme.submit({ destination_addr: `4477009001${String(i).padStart(2, '0')}` });
    await world.pass(5_000);
    const all = [...a.submitted];
    expect(all).toHaveLength(100);
    for (const one of all) {
      const answer = a.receipt(one);
      await world.pass(5);
      expect(await answer).toBe(0);
    }
    expect(esme.stats).toHaveLength(100);
    for (let i = 0; i < 6; i += 1) {
      const answer = a.receipt(a.last, { id: `lost-${i}` });
      await world.pass(1_500);
      expect(await answer).toBe(0);
    }
    expect(await world.gateway.network.correlator.unmatched('a', 100)).toHaveLength(3);
  });

  it('16, throttling: the bind pauses, the order stays, nothing fails by it', async () => {
    await begin({ connectors: [connector('a', { window: 4 })], routes: [via(['a'])] });
    let left = 30;
    a.react = () => {
      left -= 1;
      return left > 0 && left % 3 === 0 ? { status: status.ESME_RTHROTTLED } : {};
    };
    for (let i = 0; i < 40; i += 1) await esme.submit(say(`${i}`));
    await world.pass(120_000);
    const taken = a.submitted.filter(({ id }) => id !== '').map(({ text }) => text);
    expect(taken).toEqual(Array.from({ length: 40 }, (_, i) => `${i}`));
    expect(world.upstream('a').breaker).toBe('closed');
    expect(esme.stats).toEqual([]);
  });

  it('17, security: an account may demand TLS and its own network; unknown and wrong look alike', async () => {
    world = await World.start({
      accounts: [
        account('tls', { tlsOnly: true }),
        account('home', { allowFrom: ['10.0.0.0/8'] }),
        account('acme'),
      ],
      ...plain,
    });
    const tries = [
      { systemId: 'tls' },
      { systemId: 'home' },
      { systemId: 'nobody' },
      { systemId: 'acme', password: 'wrong' },
    ];
    const failures = await Promise.all(
      tries.map((options) =>
        world.esme(options).then(
          () => 'in',
          (error: Error) => error.message,
        ),
      ),
    );
    expect(failures).not.toContain('in');
    expect(failures[2]).toBe(failures[3]);
    await world.esme();
  });

  it('18, installing: one package, no service beside it, no script that runs when it is installed', async () => {
    // That it starts from a fresh folder by one command is proved by the tests of the command line.
    await begin();
    const read = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../../${name}/package.json`, import.meta.url), 'utf8')) as {
        readonly bin?: Record<string, string>;
        readonly scripts?: Record<string, string>;
        readonly dependencies?: Record<string, string>;
      };
    expect(read('cli').bin).toEqual({ chappe: 'bin/chappe.js' });
    for (const name of ['cli', 'gateway', 'center', 'smpp', 'protocol', 'config']) {
      const { scripts = {}, dependencies = {} } = read(name);
      for (const hook of ['preinstall', 'install', 'postinstall']) expect(scripts[hook]).toBeUndefined();
      for (const service of ['amqplib', 'redis', 'ioredis', 'pg', 'mysql2', 'kafkajs'])
        expect(dependencies[service]).toBeUndefined();
    }
  });

  it('19, history: found by number, sender, text, state and id, with every attempt', async () => {
    await begin({ connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    a.react = () => ({ status: status.ESME_RSYSERR });
    const { message_id } = await esme.submit(say('Your code is 4711'));
    await world.pass();
    const searches = [
      'to:447700900123',
      'from:ACME',
      '4711',
      'state:enroute',
      `id:${message_id}`,
      'account:acme',
    ];
    for (const search of searches) {
      const { messages } = await world.gateway.messages.search(search);
      expect([search, messages.map(({ id }) => id)]).toEqual([search, [message_id]]);
    }
    expect((await world.gateway.messages.search('to:491701234567')).messages).toEqual([]);
    expect(await world.steps(message_id)).toEqual(['accepted', 'retry', 'sent']);
  });

  it('20, simulators: the same program is one, with failures by number, and lies beside real operators', async () => {
    await begin({
      connectors: ['a'],
      routes: [via(['handsets'], undefined, { name: 'test', to: ['999'] }), via(['a'])],
    });
    await esme.submit({ destination_addr: '9995550001' });
    expect((await esme.submit({ destination_addr: '9995550006' })).command_status).toBe(
      status.ESME_RINVDSTADR,
    );
    await esme.submit({ destination_addr: '447700900123' });
    await world.pass(1_000);
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(a.submitted).toHaveLength(1);
  });
});
