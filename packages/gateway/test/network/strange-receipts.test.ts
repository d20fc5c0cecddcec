/** Receipts that are not ours: several gateways on one account of an operator are normal. */

import type { ConnectorSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre, Submitted } from './centre.ts';
import { connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings> = {}): Promise<void> {
  world = await World.start({
    connectors: [connector('a', { window: 50, responseTimeoutMs: 600_000, ...settings })],
    routes: [via(['a'])],
  });
  a = world.centre('a');
  esme = await world.esme();
}

/** An operator that lets so many receipts wait for their answers, and queues the rest. */
class Outbox {
  readonly answers: number[] = [];
  most = 0;
  readonly #window: number;
  readonly #queue: (() => Promise<number>)[] = [];
  #open = 0;

  constructor(window: number) {
    this.#window = window;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  send(receipt: () => Promise<number>): void {
    this.#queue.push(receipt);
    this.#next();
    this.most = Math.max(this.most, this.#queue.length);
  }

  #next(): void {
    while (this.#open < this.#window) {
      const receipt = this.#queue.shift();
      if (receipt === undefined) return;
      this.#open += 1;
      void receipt().then((answered) => {
        this.#open -= 1;
        this.answers.push(answered);
        this.#next();
      });
    }
  }
}

/** Submits at a steady pace, with requests always under way, and has the operator tell of each message at once. */
async function flow(outbox: Outbox, beside: (own: Submitted, at: number) => void): Promise<void> {
  a.react = () => ({ delayMs: 100 });
  let told = 0;
  for (let at = 0; at < 400; at += 1) {
    void esme.submit({ destination_addr: `4477009${String(at).padStart(5, '0')}` });
    await world.pass(10);
    // What has its response by now.
    while (a.submitted.length - told > 12) {
      const own = a.submitted[told] as Submitted;
      outbox.send(() => a.receipt(own));
      beside(own, told);
      told += 1;
    }
  }
  a.react = () => ({});
}

describe.each([
  ['one that lets 10 receipts wait', 10],
  ['one that sends the next receipt after the answer to the last', 1],
])('an operator, %s', (_, window) => {
  it.each([
    ['ids that nobody knows', (at: number) => `stranger-${at}`],
    // In another form they are ids of our messages: the handset says that they are not meant.
    [
      'numbers that are numbers of ours in another form',
      (at: number) => String(Number.parseInt(`${1_001 + at}`, 16)),
    ],
  ])('as many receipts of somebody else as own ones, %s: the own ones do not wait', async (_name, idOf) => {
    await begin();
    a.idOf = (count) => String(1_000 + count);
    const outbox = new Outbox(window);
    await flow(outbox, (own, at) =>
      outbox.send(() =>
        a.receipt({ ...own, pdu: { ...own.pdu, destination_addr: '491701234567' }, id: idOf(at) }),
      ),
    );
    // One is held in the hope of a response: with a window of 1 all others wait behind it, for a second.
    expect(outbox.most).toBeLessThan(window === 1 ? 300 : 10);
    await world.pass(100);
    expect(outbox.waiting).toBe(0);
    expect(new Set(outbox.answers)).toEqual(new Set([0]));
    await world.pass(1_000);
    expect(esme.stats.length).toBeGreaterThan(380);
    expect(new Set(esme.stats)).toEqual(new Set(['DELIVRD']));
  });

  it('receipts that overtake their responses: each finds its message, however many', async () => {
    await begin();
    const outbox = new Outbox(window);
    a.react = (pdu, at) => {
      const id = `m-${at}`;
      const own: Submitted = {
        pdu: pdu as Submitted['pdu'],
        text: '',
        to: pdu.destination_addr,
        atMs: 0,
        session: a.sessions[0] as never,
        id,
      };
      queueMicrotask(() => outbox.send(() => a.receipt(own)));
      return { id, delayMs: 50 };
    };
    for (let at = 0; at < 300; at += 1) {
      void esme.submit({ destination_addr: `4477009${String(at).padStart(5, '0')}` });
      await world.pass(5);
    }
    await world.pass(3_000);
    expect(outbox.answers).toHaveLength(300);
    expect(esme.stats).toHaveLength(300);
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
  });
});

describe('a receipt of somebody else', () => {
  it('is kept on disk and answered at once, when those before it were strangers', async () => {
    await begin();
    a.react = (_, at) => (at === 0 ? 'hang' : {});
    void esme.submit();
    await world.pass(100);
    for (let at = 0; at < 8; at += 1) {
      const answered = a.receipt({ ...a.last, id: `lost-${at}` });
      await world.pass(at === 0 ? 1_100 : 10);
      expect(await answered).toBe(0);
    }
    expect(await world.gateway.network.correlator.unmatched('a', 20)).toHaveLength(8);
  });

  it('whose number is one of ours in another form settles nothing, where receipts name their handsets', async () => {
    await begin();
    const ids = ['100', '22'];
    a.react = (_, at) => ({ id: ids[at] as string });
    await esme.submit();
    await world.pass(10);
    await a.receipt(a.last);
    const { message_id } = await esme.submit();
    await world.pass(10);
    // 34 is 22 in hexadecimal.
    const stranger = a.deliver({
      source_addr: '491701234567',
      destination_addr: 'OTHER',
      esm_class: 4,
      text: 'id:34 sub:001 dlvrd:000 submit date:2607201200 done date:2607201200 stat:UNDELIV err:001 text:',
    });
    await world.pass(2_000);
    expect(await stranger).toBe(0);
    expect(await world.view(message_id)).toMatchObject({ state: 'enroute' });
    await a.receipt(a.last);
    await world.pass(10);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
  });
});

describe('a gateway that stops', () => {
  it('refuses the receipts that it holds, so that they come again, and does not wait for them', async () => {
    await begin({ responseTimeoutMs: 60_000 });
    a.react = () => ({ id: 'late', delayMs: 700 });
    void esme.submit();
    await world.pass(10);
    const held = a.receipt({ ...a.last, id: 'late' });
    await world.pass(100);
    const beganMs = world.clock.monotonicMs();
    let isOver = false;
    const stopped = world.gateway.stop({ drainMs: 8_000 }).then(() => {
      isOver = true;
    });
    world.isStopped = true;
    await world.pass(1);
    expect(await held).toBe(status.ESME_RX_T_APPN);
    for (let step = 0; !isOver && step < 100; step += 1) await world.pass(50);
    await stopped;
    expect(world.clock.monotonicMs() - beganMs).toBeLessThan(2_000);
  });

  it('takes nothing new: neither receipts nor messages', async () => {
    await begin({ responseTimeoutMs: 60_000 });
    a.react = (_, at) => (at === 0 ? {} : { delayMs: 700 });
    await esme.submit();
    await world.pass(10);
    const first = a.last;
    void esme.submit();
    await world.pass(10);
    const stopped = world.gateway.stop({ drainMs: 8_000 });
    world.isStopped = true;
    await world.pass(10);
    const answers = [
      a.receipt(first),
      a.deliver({ source_addr: '447700900123', destination_addr: 'ACME', text: 'Re' }),
    ];
    await world.pass(10);
    expect(await Promise.all(answers)).toEqual([status.ESME_RX_T_APPN, status.ESME_RX_T_APPN]);
    await world.pass(10_000);
    await stopped;
  });
});
