import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../policy/src/errors.ts';
import { Rules } from '../../../policy/src/routes/rules.ts';
import type { MoRouteSettings } from '../../../policy/src/settings/mo-route.ts';
import { partRules } from '../../src/mo/journey.ts';
import { keyword, MoRig, type MoRigOptions, segments, TroubledStore } from './mo-rig.ts';

const toAcme = { kind: 'accounts', accounts: ['acme'], spread: 'all' } as const;
const text = (words: string): { short_message: Uint8Array } => ({ short_message: Buffer.from(words) });

function rules(...moRules: readonly MoRouteSettings[]): MoRigOptions {
  return { rules: new Rules(moRules, 'mo'), partRules: new Rules(partRules(moRules), 'mo') };
}

describe('STOP and START', () => {
  it('are written down for the number written to, and confirmed', async () => {
    const rig = await MoRig.start(
      rules(
        { name: 'stop', keywords: ['STOP', 'END'], action: keyword('opt-out', 'You will hear no more.') },
        { name: 'start', keywords: ['START'], action: keyword('opt-in', 'Welcome back.') },
        { name: 'rest', action: toAcme },
      ),
    );
    rig.writers.note('acme', '60100', '447700900123');
    expect(await rig.send(text('stop'))).toBe('ESME_ROK');
    expect(await rig.send(text('Start please'))).toBe('ESME_ROK');
    expect(await rig.send(text('do not stop'))).toBe('ESME_ROK');
    expect(rig.optOuts).toEqual(['+447700900123 60100 stop', '-447700900123 60100']);
    expect(rig.replies).toEqual([
      '60100 447700900123 acme You will hear no more.',
      '60100 447700900123 acme Welcome back.',
    ]);
    expect(await rig.seen()).toEqual(['dropped stop', 'dropped Start please', 'account:acme do not stop']);
    expect((await rig.waiting())[0]?.timeline).toContain('rule=stop opt-out=1');
    expect(rig.inbox.counters).toMatchObject({ optedOut: 1, optedIn: 1 });
  });

  it('go on to the account afterwards, which is whose reply it is', async () => {
    const rig = await MoRig.start(
      rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.', toAcme) }),
    );
    await rig.send(text('STOP'));
    expect(rig.optOuts).toHaveLength(1);
    expect(rig.replies).toEqual(['60100 447700900123 acme Bye.']);
    const [message] = await rig.waiting();
    expect(message?.lane).toBe('account:acme');
    expect(message?.timeline).toContain('rule=stop opt-out=1');
  });

  it('go on to one of several accounts: the reply is that of the one that got it', async () => {
    const next = { kind: 'accounts', accounts: ['acme', 'bank'], spread: 'round-robin' };
    const rig = await MoRig.start(
      rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.', next) }),
    );
    for (let at = 0; at < 2; at += 1) await rig.send(text('STOP'));
    expect(await rig.seen()).toEqual(['account:acme STOP', 'account:bank STOP']);
    expect(rig.replies).toEqual(['60100 447700900123 acme Bye.', '60100 447700900123 bank Bye.']);
  });

  it('that cannot be written down are refused for now, and confirmed to nobody', async () => {
    const rig = await MoRig.start(
      rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.', toAcme) }),
    );
    rig.optOutError = new Error('disk on fire');
    expect(await rig.send(text('STOP'))).toBe('ESME_RX_T_APPN');
    expect(rig.replies).toEqual([]);
    expect(await rig.stored()).toEqual([]);
    rig.optOutError = undefined;
    expect(await rig.send(text('STOP'))).toBe('ESME_ROK');
    expect(rig.replies).toHaveLength(1);
  });

  it('are confirmed once when what comes afterwards has to be tried twice', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({
      store,
      ...rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.', toAcme) }),
    });
    store.isBroken = true;
    expect(await rig.send(text('STOP'))).toBe('ESME_RX_T_APPN');
    store.isBroken = false;
    await rig.clock.advance(5_000);
    expect(await rig.send(text('STOP'))).toBe('ESME_ROK');
    expect(rig.optOuts).toHaveLength(2);
    expect(rig.replies).toHaveLength(1);
  });

  it('stand although their confirmation cannot be sent', async () => {
    const rig = await MoRig.start({
      ...rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.') }),
      reply: () => Promise.reject(new Error('no route')),
    });
    expect(await rig.send(text('STOP'))).toBe('ESME_ROK');
    expect(rig.optOuts).toHaveLength(1);
    expect(rig.errors).toEqual(['reply to opt-out: Error: no route']);
  });

  it('of an address that is none are not asked for again, and go on', async () => {
    const rig = await MoRig.start(
      rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.', toAcme) }),
    );
    rig.optOutError = new GatewayError('CHAPPE_GATEWAY_INVALID', 'handset is no address', {
      field: 'handset',
    });
    expect(await rig.send(text('STOP'))).toBe('ESME_ROK');
    expect(rig.replies).toEqual([]);
    expect(rig.errors).toHaveLength(1);
    expect(await rig.seen()).toEqual(['account:acme STOP']);
  });

  it('of nobody opt out nobody', async () => {
    const rig = await MoRig.start(
      rules({ name: 'stop', keywords: ['STOP'], action: keyword('opt-out', 'Bye.', toAcme) }),
    );
    expect(await rig.send({ ...text('STOP'), source_addr: '', source_addr_ton: 0 })).toBe('ESME_ROK');
    expect([rig.optOuts, rig.replies]).toEqual([[], []]);
    expect(await rig.seen()).toEqual(['account:acme STOP']);
  });

  it('may be the first word of a long message', async () => {
    const rig = await MoRig.start(
      rules(
        { name: 'stop', keywords: ['STOP'], reassemble: true, action: keyword('opt-out', undefined, toAcme) },
        { name: 'rest', action: { ...toAcme, accounts: ['rest'] } },
      ),
    );
    const words = `Stop ${'sending me these '.repeat(20)}`;
    for (const fields of segments(words, 9).reverse()) await rig.send(fields);
    expect(rig.optOuts).toEqual([`+447700900123 60100 ${words}`]);
    expect(await rig.seen()).toEqual([`account:acme ${words}`]);
  });

  it('must be in the first segment, if that has come', async () => {
    const rig = await MoRig.start(
      rules(
        { name: 'stop', keywords: ['STOP'], reassemble: true, action: keyword('opt-out') },
        { name: 'rest', reassemble: true, action: toAcme },
      ),
    );
    const cut = segments(`${'x'.repeat(153)}stop it${'y'.repeat(146)}`, 9);
    await rig.send(cut[1]);
    await rig.clock.leap(24 * 3_600_000);
    expect(rig.optOuts).toEqual([]);
    expect(await rig.seen()).toEqual([`account:acme stop it${'y'.repeat(146)}`]);
  });
});

describe('which segments wait', () => {
  it('those that a rule with conditions on texts may want whole; if it does not, they go on as they came', async () => {
    const rig = await MoRig.start(
      rules(
        { name: 'help', keywords: ['HELP'], reassemble: true, action: toAcme },
        { name: 'rest', action: { ...toAcme, accounts: ['rest'] } },
      ),
    );
    const parts = segments('z'.repeat(300), 3);
    await rig.send(parts[1]);
    expect(rig.inbox.parts.open).toBe(1);
    await rig.send(parts[0]);
    expect(await rig.seen()).toEqual([`account:rest ${'z'.repeat(153)}`, `account:rest ${'z'.repeat(147)}`]);
  });

  it('none that an earlier rule passes on as they come', () => {
    const earlier: MoRouteSettings = { name: 'a', to: ['601'], action: toAcme };
    const maybe: MoRouteSettings = { name: 'b', to: ['602'], text: 'x', textFlags: 'i', action: toAcme };
    const whole: MoRouteSettings = { name: 'c', when: 'msg.segments > 2', reassemble: true, action: toAcme };
    expect(partRules([earlier, maybe, whole])).toEqual([
      earlier,
      { name: 'c', reassemble: true, action: toAcme },
    ]);
  });
});
