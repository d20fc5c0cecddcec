/** What an action may say of a message, and what becomes of one whose action fails: it is lost in no case. */
import type { MoAction } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import type { MoActionHandler, MoResult, PreparedMoAction } from '../../src/index.ts';
import { accountTarget } from '../../src/index.ts';
import { MoHandlers } from '../../src/mo/actions.ts';
import { acceptedDetail, MoRig, type MoRigOptions, segments } from './mo-rig.ts';

type Run = PreparedMoAction['run'];

/** A rig with one rule, whose action does that. */
function doing(run: Run, then?: MoAction, more: MoRigOptions = {}): MoRigOptions {
  const handler: MoActionHandler = { kind: 'try', leads: true, prepare: () => ({ run }) };
  return {
    actions: new MoHandlers([handler]),
    moRules: [{ name: 'r', action: { kind: 'try', then }, reassemble: true }],
    ...more,
  };
}

const toAcme = { kind: 'accounts', accounts: ['acme'], spread: 'all' } as const;
const broken = (): never => {
  throw new Error('broken');
};

describe('what an action says of a message', () => {
  it.each<[string, MoResult, string, readonly string[]]>([
    [
      'taken',
      { kind: 'taken', targets: [accountTarget('a'), accountTarget('b')] },
      'ESME_ROK',
      ['account:a', 'account:b'],
    ],
    ['taken by nobody', { kind: 'taken', targets: [] }, 'ESME_ROK', ['unclaimed']],
    ['done, with what follows', { kind: 'done' }, 'ESME_ROK', ['account:acme']],
    ['dropped', { kind: 'dropped' }, 'ESME_ROK', ['dropped']],
    ['unclaimed', { kind: 'unclaimed' }, 'ESME_ROK', ['unclaimed']],
    ['refused', { kind: 'refused', status: status.ESME_RX_R_APPN }, 'ESME_RX_R_APPN', []],
    ['to be sent again', { kind: 'retry', error: new Error('later') }, 'ESME_RX_T_APPN', []],
  ])('%s, at once or later', async (_what, result, answer, lanes) => {
    for (const run of [() => result, async () => result]) {
      const rig = await MoRig.start(doing(run, toAcme));
      expect(await rig.send()).toBe(answer);
      expect((await rig.stored()).map(({ lane }) => lane)).toEqual(lanes);
    }
  });

  it('done, and nothing follows: it is over, with its word in the timeline', async () => {
    const rig = await MoRig.start(doing(() => ({ kind: 'done', detail: 'try=7' })));
    expect(await rig.send()).toBe('ESME_ROK');
    const [message] = await rig.stored();
    expect(message?.lane).toBe('dropped');
    expect(acceptedDetail(message)).toContain('rule=r try=7');
    expect(rig.inbox.counters.dropped).toBe(0);
  });

  it('is asked of it once the settings are ready, which are made ready once', async () => {
    const seen: string[] = [];
    const handler: MoActionHandler = {
      kind: 'try',
      prepare: ({ word }) => {
        seen.push(`ready ${word}`);
        return {
          run: (_context, { messages: [{ text, source }] }) => {
            seen.push(`${word} ${source.digits} ${text}`);
            return { kind: 'dropped' };
          },
        };
      },
    };
    const rig = await MoRig.start({
      actions: new MoHandlers([handler]),
      moRules: [{ name: 'r', action: { kind: 'try', word: 'x' } }],
    });
    await rig.send();
    await rig.send();
    expect(seen).toEqual(['ready x', 'x 447700900123 Hello', 'x 447700900123 Hello']);
  });

  it('when it is stored, is told with where it went', async () => {
    const told: unknown[] = [];
    const rig = await MoRig.start(
      doing(() => ({ kind: 'done', whenStored: (targets) => void told.push(targets) }), toAcme),
    );
    await rig.send();
    expect(told).toEqual([[accountTarget('acme')]]);
  });
});

describe('an action that fails', () => {
  it.each<[string, Run]>([
    ['throws', broken],
    ['rejects', async () => broken()],
    ['says nothing', (() => undefined) as unknown as Run],
    ['says nothing later', (async () => undefined) as unknown as Run],
    ['says what is not known', (() => ({ kind: 'lost' })) as unknown as Run],
  ])('%s: that message waits, others go on', async (_what, run) => {
    let isBroken = true;
    const rig = await MoRig.start(
      doing((...given) => (isBroken ? run(...given) : { kind: 'dropped' }), toAcme),
    );
    expect(await rig.send()).toBe('ESME_ROK');
    const [message] = await rig.waiting();
    expect(message?.lane).toBe('unclaimed');
    expect(acceptedDetail(message)).toContain('rule=r failed=try');
    expect(rig.errors).toEqual([expect.stringMatching(/^action try: (Error: broken|TypeError: )/)]);
    expect(rig.unclaimed).toEqual(['op-a 60100']);
    // Looked at again it fails again, and goes on waiting.
    await rig.inbox.unclaimed.look();
    expect((await rig.waiting()).map(({ lane }) => lane)).toEqual(['unclaimed']);
    expect(rig.errors).toHaveLength(2);
    isBroken = false;
    await rig.inbox.unclaimed.look();
    expect((await rig.stored()).map(({ lane }) => lane)).toEqual(['dropped']);
  });

  it('throws when the message is stored: it stands, and the operator hears so', async () => {
    for (const whenStored of [broken, async () => broken()]) {
      const rig = await MoRig.start(doing(() => ({ kind: 'done', whenStored }), toAcme));
      expect(await rig.send()).toBe('ESME_ROK');
      expect(await rig.seen()).toEqual(['account:acme Hello']);
      expect(rig.errors).toEqual(['action try: Error: broken']);
    }
  });

  it('is not there any more: the message waits', async () => {
    const rig = await MoRig.start({ moRules: [{ name: 'r', action: { kind: 'vote' } }] });
    expect(await rig.send()).toBe('ESME_ROK');
    expect(await rig.seen()).toEqual(['unclaimed Hello']);
    expect(rig.errors).toEqual(['action vote: RangeError: there is no action "vote"']);
    await rig.inbox.unclaimed.look();
    expect(await rig.seen()).toEqual(['unclaimed Hello']);
  });

  it('of a waiting message for now does not keep the others from being looked at', async () => {
    let results: MoResult[] = [{ kind: 'unclaimed' }, { kind: 'unclaimed' }];
    const rig = await MoRig.start(doing(() => results.shift() ?? { kind: 'dropped' }, toAcme));
    await rig.send();
    await rig.send();
    results = [{ kind: 'retry', error: new Error('later') }];
    await rig.inbox.unclaimed.look();
    expect((await rig.stored()).map(({ lane }) => lane)).toEqual(['unclaimed', 'dropped']);
    expect(rig.errors).toEqual(['action try: Error: later']);
  });

  it('of a long message for now is asked again, and refuses too late', async () => {
    const results: MoResult[] = [
      { kind: 'retry', error: new Error('later') },
      { kind: 'refused', status: status.ESME_RX_R_APPN },
    ];
    const rig = await MoRig.start(doing(() => results.shift() ?? { kind: 'unclaimed' }));
    for (const fields of segments('y'.repeat(200), 5)) expect(await rig.send(fields)).toBe('ESME_ROK');
    expect((await rig.waiting()).map(({ lane }) => lane)).toEqual(['parts', 'parts']);
    await rig.clock.advance(5_000);
    const last = (await rig.stored()).at(-1);
    expect([last?.lane, last?.text]).toEqual(['dropped', 'y'.repeat(200)]);
    expect(acceptedDetail(last)).toContain('refused=late');
  });
});

describe('the registry', () => {
  const handler: MoActionHandler = { kind: 'try', prepare: () => ({ run: () => ({ kind: 'dropped' }) }) };

  it('takes a name once, and names only', () => {
    expect(() => new MoHandlers([handler, handler])).toThrow('there are two actions "try"');
    expect(() => new MoHandlers([{ ...handler, kind: 'drop' }])).toThrow('there are two actions "drop"');
    expect(() => new MoHandlers([{ ...handler, kind: 'a b' }])).toThrow('its name must be of a-z, 0-9 and -');
  });
});
