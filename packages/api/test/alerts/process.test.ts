/** Alarms about the process, and a gateway that is well: that raises none. */
import { readFileSync } from 'node:fs';
import { status } from '@chappe/protocol';
import { afterEach, describe, it } from 'vitest';
import { account, connector, via } from '../../../gateway/test/network/world.ts';
import { canJudge } from './prometheus.ts';
import { Watched } from './watched.ts';

let watched: Watched;
afterEach(() => watched.stop());

const dayMs = 24 * 3_600_000;
const settings = { accounts: [account('acme')], connectors: [connector('op-a')], routes: [via(['op-a'])] };
const certificate = (name: string): string =>
  readFileSync(new URL(`../../../smpp/test/support/certificates/${name}.pem`, import.meta.url), 'utf8');

async function busy(): Promise<void> {
  watched = await Watched.start(settings);
  watched.customer(await watched.world.esme());
  watched.operator('op-a');
  await watched.pass(3);
  watched.expect();
}

describe.runIf(canJudge())('a process', () => {
  it('that is gone', async () => {
    await busy();
    await watched.answerNoMore();
    await watched.pass(2);
    watched.expect('ChappeGone');
    watched.judge();
  });

  it('that starts again and again; not one that is started anew once or twice', async () => {
    watched = await Watched.start(settings);
    for (let count = 1; count <= 3; count += 1) {
      await watched.pass(2);
      watched.expect();
      await watched.restart(settings);
    }
    await watched.pass(1);
    watched.expect('ChappeRestarts');
    watched.judge();
  });

  it('whose event loop stands again and again', async () => {
    await busy();
    const { clock } = watched.world;
    watched.second = async () => {
      await clock.leap(600);
      await clock.advance(400);
    };
    await watched.pass(5);
    watched.expect('ChappeEventLoopLag');
    watched.judge();
  });

  it('whose event loop stood once in a while', async () => {
    await busy();
    const { clock } = watched.world;
    watched.second = async (count) => {
      if (count % 15 === 7) await clock.leap(900);
      else await clock.advance(1_000);
    };
    await watched.pass(8);
    watched.expect();
    watched.judge();
  });

  it('whose certificate ends in some days', async () => {
    watched = await Watched.start(
      { ...settings, connectors: [], routes: [] },
      { tls: { port: 0, cert: certificate('server'), key: certificate('server-key') } },
    );
    const { world } = watched;
    const [ends] = world.gateway.certificateEnds();
    const leftMs = (ends?.endsMs ?? 0) - world.clock.nowMs();
    const later = async (ms: number): Promise<void> => {
      await watched.answerNoMore();
      await world.clock.leap(ms);
      await watched.answer();
      await watched.pass(1);
    };
    await later(leftMs - 15 * dayMs);
    watched.expect();
    await later(2 * dayMs);
    watched.expect('ChappeCertificateExpiry listener=tls');
    watched.judge();
  });
});

describe.runIf(canJudge())('a gateway that is well', () => {
  it('raises no alarm, though some numbers are wrong, some handsets off, and a customer comes and goes', async () => {
    watched = await Watched.start({
      accounts: ['acme', 'other', 'rare'].map((name) => account(name, { throughput: { perSecond: 20 } })),
      connectors: [connector('op-a', { binds: 2, perSecond: 50 }), connector('op-b')],
      routes: [via(['op-a,op-b'], undefined, { to: ['44'] })],
    });
    const { world } = watched;
    const acme = watched.customer(await world.esme(), 2);
    const { to } = acme;
    acme.to = (count) => (count % 20 === 0 ? `99${count}` : to(count));
    watched.customer(await world.esme({ systemId: 'other' }), 0.7);
    const rare = watched.customer(await world.esme({ systemId: 'rare' }), 0.02);
    for (const name of ['op-a', 'op-b']) {
      const operator = watched.operator(name);
      operator.centre.react = (_, at) =>
        at % 11 === 10 ? { status: status.ESME_RINVDSTADR } : { delayMs: at % 13 === 12 ? 4_000 : 300 };
      operator.afterMs = 8_000;
      operator.says = (count) =>
        count % 7 === 6 ? undefined : count % 5 === 4 ? { stat: 'UNDELIV', err: '001' } : {};
    }
    // A connection that breaks is made anew at once, a restart of the operator takes some seconds.
    watched.each((second) => {
      const op = world.centre('op-a');
      if (second === 400) op.sessions[0]?.destroy();
      if (second === 700) op.cut();
      if (second === 720) op.isDown = false;
    });
    for (let minute = 0; minute < 30; minute += 1) {
      await watched.pass(1);
      watched.expect();
      if (minute === 10) await rare.esme.drop();
      if (minute === 15) rare.esme = await world.esme({ systemId: 'rare' });
    }
    watched.judge();
  });

  it('raises none when traffic ends, though receipts of some come much later, and fewer of them are good', async () => {
    watched = await Watched.start(settings);
    const customer = watched.customer(await watched.world.esme(), 5);
    const operator = watched.operator('op-a');
    const { centre } = operator;
    // Of each five handsets one is off; half of those are on again later.
    operator.says = (count) => (count % 5 === 4 ? undefined : {});
    await watched.pass(10);
    watched.expect();
    customer.perSecond = 0;
    const late = centre.submitted.filter((_, at) => at % 5 === 4);
    for (let minute = 0; minute < 60; minute += 1) {
      if (minute === 30 || minute === 31)
        for (const [at, one] of late.splice(0, 300).entries())
          void centre.receipt(one, at % 3 === 0 ? {} : { stat: 'EXPIRED', err: '027' });
      await watched.pass(1);
      watched.expect();
    }
    watched.judge();
  });
});
