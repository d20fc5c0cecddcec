/** Faults of the wire that a test chooses by a number, or by the name that it binds with. */
import { readFileSync } from 'node:fs';
import type { Message } from '@chappe/center';
import { handsetLane } from '@chappe/gateway';
import { hashPassword } from '@chappe/policy';
import { memoryPair, SmppClient } from '@chappe/smpp';
import { afterEach, describe, expect, it } from 'vitest';
import { DelayedResponses } from '../../gateway/src/ingress/delayed-responses.ts';
import { type Esme, Rig, SimulatedClock, settled } from '../../gateway/test/rig.ts';
import { specialOf } from '../src/handsets/magic.ts';
import { magicBinds, magicNumbers } from '../src/index.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  expect(rig?.errors ?? []).toEqual([]);
  rig = undefined;
});

/** How a submission to such a number has ended after some time; undefined: it has not. */
async function submitted(esme: Esme, suffix: string): Promise<{ ended: () => unknown }> {
  let end: unknown;
  esme.submit({ destination_addr: `44770${suffix}` }).then(
    ({ command_status }) => {
      end = command_status;
    },
    (error: { code: string }) => {
      end = error.code;
    },
  );
  await settled();
  return { ended: () => end };
}

describe('a response', () => {
  it('5550012: never comes, and the message is delivered', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const { ended } = await submitted(esme, '5550012');
    await rig.clock.advance(50_000);
    expect(ended()).toBeUndefined();
    expect(esme.stats).toEqual(['DELIVRD']);
    await rig.clock.advance(15_000);
    expect(ended()).toBe('CHAPPE_SMPP_TIMEOUT');
    // The others of the session are answered.
    expect((await esme.submit()).command_status).toBe(0);
  });

  it('5550013: comes 5 s late', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const { ended } = await submitted(esme, '5550013');
    await rig.clock.advance(4_900);
    expect(ended()).toBeUndefined();
    expect(esme.stats).toEqual(['DELIVRD']);
    await rig.clock.advance(200);
    expect(ended()).toBe(0);
  });

  it('5550014: the connection is cut, and the message is delivered', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const { ended } = await submitted(esme, '5550014');
    await rig.clock.advance(500);
    expect(ended()).toBe('CHAPPE_SMPP_CLOSED');
    expect(esme.client.sessions).toEqual([]);
    expect(rig.handsets.inbox('447705550014')).toHaveLength(1);
  });

  it('that never comes holds up no stop', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    const { ended } = await submitted(esme, '5550012');
    let isOver = false;
    const stopped = rig.gateway.stop({ drainMs: 60_000 }).then(() => {
      isOver = true;
    });
    for (let step = 0; !isOver && step < 10; step += 1) await rig.clock.advance(100);
    expect(isOver).toBe(true);
    await stopped;
    expect(ended()).toBe(0);
  });

  it('of more than a thousand that never come the eldest are forgotten', () => {
    const answered: number[] = [];
    const behaviours = new Map([[handsetLane, { special: specialOf }]]);
    const faults = new DelayedResponses(new SimulatedClock(), behaviours);
    const message = { lane: handsetLane, destination: { digits: '447705550012' } } as Message;
    for (let at = 0; at < 1_200; at += 1) faults.takes([message], { destroy() {} }, () => answered.push(at));
    faults.releaseAll();
    expect(answered).toHaveLength(1_000);
    expect(answered[0]).toBe(200);
  });
});

describe('a bind', () => {
  it.each(magicBinds.map(({ systemId, status }) => [systemId, status] as const))(
    '%s is answered with %s',
    async (systemId, status) => {
      rig = await Rig.start();
      let end: unknown;
      const url = `smpp://${systemId}:x@memory`;
      const { clock, gateway } = rig;
      const transport = () => {
        const [ours, theirs] = memoryPair();
        gateway.accept(theirs);
        return ours;
      };
      SmppClient.connect(url, { clock, transport, reconnect: false }).catch(
        (error: { code: string; status?: number }) => {
          end = error.status ?? error.code;
        },
      );
      await rig.clock.advance(9_000);
      expect(end).toBe(status);
      await rig.clock.advance(2_000);
      expect(end).toBe(status ?? 'CHAPPE_SMPP_TIMEOUT');
    },
  );

  it('has a name that a bind can carry', () => {
    expect(magicBinds.every(({ systemId }) => systemId.length <= 15)).toBe(true);
  });

  it('goes by its password where accounts are known', async () => {
    const passwordHash = await hashPassword('secret');
    const list = [{ systemId: 'bind-refused', passwordHash }];
    rig = await Rig.start({ accounts: { open: false, list } });
    expect((await rig.esme({ systemId: 'bind-refused' })).client.state).toBe('bound');
  });
});

it('docs/sandbox.md has every number and every name', () => {
  const text = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8');
  for (const { suffix, meaning } of magicNumbers) expect(text).toContain(`| ${suffix} | ${meaning} |`);
  for (const { systemId, meaning } of magicBinds) expect(text).toContain(`| \`${systemId}\` | ${meaning} |`);
});
