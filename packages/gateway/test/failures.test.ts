import { MemoryStore } from '@chappe/center';
import { statusName } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Gateway } from '../src/index.ts';
import { Rig, settled } from './rig.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

/** A store that can be told to fail. */
class FailingStore extends MemoryStore {
  isBroken = false;

  override commit(changes: Parameters<MemoryStore['commit']>[0]): Promise<void> {
    return this.isBroken ? Promise.reject(new Error('disk on fire')) : super.commit(changes);
  }
}

describe('when the centre cannot take a message', () => {
  it('it is full: ESME_RMSGQFUL, and an error for callers', async () => {
    rig = await Rig.start({ center: { limits: { unfinishedMessages: 2, sweepMs: 20_000 } } });
    const esme = await rig.esme({ bind: 'transmitter' });
    const answers = [await esme.submit(), await esme.submit(), await esme.submit()];
    expect(answers.map(({ command_status }) => statusName(command_status))).toEqual([
      'ESME_ROK',
      'ESME_ROK',
      'ESME_RMSGQFUL',
    ]);
    await expect(rig.gateway.submit({ account: 'acme', to: '4477', text: 'x' })).rejects.toMatchObject({
      code: 'CHAPPE_GATEWAY_FULL',
    });
  });

  it('the store fails: ESME_RSYSERR, nothing is lost that was acknowledged, and it goes on when it can', async () => {
    const store = new FailingStore();
    rig = await Rig.start({}, store);
    const esme = await rig.esme();
    await esme.submit();
    store.isBroken = true;
    const refused = await esme.submit({ destination_addr: '447700900777' });
    expect(statusName(refused.command_status)).toBe('ESME_RSYSERR');
    await rig.clock.advance(500);
    expect(rig.errors.length).toBeGreaterThan(0);
    store.isBroken = false;
    await rig.clock.advance(60_000);
    expect(statusName((await esme.submit()).command_status)).toBe('ESME_ROK');
    await rig.clock.advance(500);
    expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
    expect(rig.handsets.inbox('447700900777')).toEqual([]);
  });

  it('it is stopping: submissions are refused, binds end in order', async () => {
    const stopping = await Rig.start();
    const esme = await stopping.esme();
    await esme.submit();
    const stopped = stopping.gateway.stop({ drainMs: 0 });
    await stopping.clock.advance(5_000);
    await stopped;
    expect(esme.client.sessions).toEqual([]);
    await expect(stopping.gateway.submit({ account: 'a', to: '4477', text: 'x' })).rejects.toMatchObject({
      code: 'CHAPPE_GATEWAY_STOPPED',
    });
  });
});

describe('when it cannot start', () => {
  it('a port in use is told, and the store is closed', async () => {
    rig = await Rig.start();
    let isClosed = false;
    const store = new MemoryStore();
    const close = store.close.bind(store);
    store.close = () => {
      isClosed = true;
      return close();
    };
    const starting = Gateway.start({ store, smpp: { port: rig.gateway.smppPort } });
    await expect(starting).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CONNECT' });
    expect(isClosed).toBe(true);
  });

  it('bad accounts are told', async () => {
    const list = [{ systemId: '', password: 'x' }];
    const starting = Gateway.start({ store: new MemoryStore(), accounts: { open: false, list } });
    await expect(starting).rejects.toThrow(RangeError);
  });
});

describe('hostile input', () => {
  it('user data headers that lie, texts that are none: the session lives and the message walks', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const texts = ['ff', '05000301', '0500030102ff41', '00', '06080400000000', '050003010000', ''];
    for (const hex of texts) {
      const short_message = Buffer.from(hex, 'hex');
      for (const data_coding of [0, 8, 4, 0x0d, 0xff]) {
        const answer = await esme.submit({ esm_class: 0x40, short_message, data_coding });
        expect(answer.command_status).toBe(0);
      }
    }
    await rig.clock.advance(500);
    expect(esme.stats).toHaveLength(texts.length * 5);
    expect(rig.errors).toEqual([]);
  });

  it('a flood of first segments is bounded', async () => {
    rig = await Rig.start({ handsets: { delayMs: [1, 1] } });
    const esme = await rig.esme();
    const part = (reference: number) => Buffer.from([6, 8, 4, reference >> 8, reference & 255, 2, 1, 65]);
    for (let i = 0; i < 1_500; i += 1) {
      esme.session.send(
        { command: 'submit_sm', destination_addr: '4477', esm_class: 0x40, short_message: part(i) },
        () => undefined,
      );
      if (i % 500 === 0) await settled();
    }
    await rig.clock.advance(500);
    // 1,000 wait for their other segments; the 500 eldest made room and are shown as far as they came.
    expect(rig.handsets.inbox('4477')).toHaveLength(500);
    await rig.clock.advance(700_000);
    expect(rig.handsets.inbox('4477')).toHaveLength(1_500);
  });
});
