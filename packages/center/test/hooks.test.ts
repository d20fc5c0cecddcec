/** What a center calls of its user may throw: that hits the one message it was about, and is told. */
import { type CenterOptions, type Draft, MemoryStore, type Message, receiptOnSuccess } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { draft, startRig } from './support/rig.ts';
import { settle } from './support/simulated-clock.ts';

const bad = 'bad';
const isBad = ({ destination }: Pick<Message, 'destination'>): boolean => destination.digits === bad;
const to = (digits: string, fields: Partial<Draft> = {}): Draft =>
  draft({ destination: { ton: 1, npi: 1, digits }, receiptWanted: receiptOnSuccess, price: 1, ...fields });

function throwFor(message: Message): void {
  if (isBad(message)) throw new Error('mistake');
}

const hooks: readonly (readonly [name: string, options: Partial<CenterOptions>])[] = [
  ['onChange', { onChange: throwFor }],
  [
    'receipt',
    {
      receipt: (message) => {
        throwFor(message);
        return undefined;
      },
    },
  ],
  [
    'isCharged',
    {
      isCharged: (message) => {
        throwFor(message);
        return true;
      },
    },
  ],
  [
    'beforeEnd',
    {
      beforeEnd: (message) => {
        throwFor(message);
        return undefined;
      },
    },
  ],
  [
    'onError, with another',
    {
      onChange: throwFor,
      onError: () => {
        throw new Error('and again');
      },
    },
  ],
];

describe('a hook that throws about one of three messages of a commit', () => {
  it.each(hooks)('%s: all are answered, delivered and end', async (name, options) => {
    const { center, out, back, errors } = await startRig(options);
    center.attach('account:acme', back);
    center.attach('out', out);
    const ends: (string | undefined)[] = [];
    for (const digits of ['1', bad, '2']) center.submit([to(digits)], (error) => ends.push(error?.code));
    for (let turn = 0; turn < 5; turn += 1) await settle();
    expect(ends).toEqual([undefined, undefined, undefined]);
    expect(out.got.map(({ destination }) => destination.digits)).toEqual(['1', bad, '2']);
    expect((await center.search({ kinds: ['mt'] })).messages.map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    if (name.startsWith('onError')) expect(errors).toEqual([]);
    else
      expect(new Set(errors.map((error) => (error as { code?: string }).code))).toEqual(
        new Set(['CHAPPE_CENTER_HOOK']),
      );
    expect(center.unfinished).toBe(0);
    await center.stop();
  });

  it('retry and onReceiptOverdue: the message goes on waiting', async () => {
    const throws = (): never => {
      throw new Error('mistake');
    };
    const { center, out, errors, clock } = await startRig({ retry: throws, onReceiptOverdue: throws });
    center.attach('out', out);
    out.answer = ({ destination }) =>
      destination.digits === '1'
        ? { kind: 'retry', error: 1, errorClass: 'busy' }
        : { kind: 'accepted', upstreamId: 'r', lateMs: clock.nowMs() + 5_000 };
    await center.submitAll([to('1'), to('2')]);
    await clock.advance(61_000);
    expect(out.got.map(({ destination }) => destination.digits)).toEqual(['1', '2', '1']);
    expect(errors.length).toBeGreaterThanOrEqual(2);
    await center.stop();
  });
});

describe('who waits and throws', () => {
  it('a submission: the others of its commit are told, and the center goes on', async () => {
    const { center, out, errors } = await startRig();
    center.attach('out', out);
    let told = 0;
    for (const digits of ['1', bad, '2']) {
      center.submit([to(digits)], () => {
        told += 1;
        if (digits === bad) throw new Error('mistake');
      });
    }
    for (let turn = 0; turn < 3; turn += 1) await settle();
    expect([told, out.got.length, errors.length]).toEqual([3, 3, 1]);
    await center.submitOne(to('3'));
    await center.stop();
  });

  it.each([
    ['replacing', (): Draft => to('1', { replaceIfPresent: true })],
    ['refused: too long', (): Draft => to('1', { content: new Uint8Array(200_000) })],
  ])('a submission that is %s', async (_, made) => {
    const { center, errors } = await startRig();
    center.submit([made()], () => {
      throw new Error('mistake');
    });
    for (let turn = 0; turn < 3; turn += 1) await settle();
    expect(errors).toHaveLength(1);
    await center.stop();
    center.submit([made()], () => {
      throw new Error('mistake');
    });
    await settle();
    expect(errors).toHaveLength(2);
  });

  it('for a receipt to be stored: others for the same message are told all the same', async () => {
    const { center, out, errors } = await startRig();
    out.answer = () => ({ kind: 'accepted', upstreamId: 'r' });
    center.attach('out', out);
    await center.submitOne(to('1'));
    await settle();
    const [sent] = center.awaited('out', 'r');
    center.settleAwaited(
      sent?.id ?? 0,
      () => ({ kind: 'delivered' }),
      () => {
        throw new Error('mistake');
      },
    );
    const [one] = out.got;
    const cancelled = await center.cancel({ id: one?.id });
    expect([cancelled, errors.length]).toEqual(['final', 1]);
    await center.stop();
  });
});

describe('a connector that throws', () => {
  it('in deliver: the outcome of what it has not reported is unknown, and it is tried again', async () => {
    const { center, out, errors, clock } = await startRig();
    let isBroken = true;
    const deliver = out.deliver.bind(out);
    out.deliver = (messages, report) => {
      const [first, ...rest] = messages;
      if (first !== undefined) deliver([first], report);
      if (isBroken) throw new Error('mistake');
      deliver(rest, report);
    };
    center.attach('out', out);
    await center.submitAll([to('1'), to('2'), to('3')]);
    await settle();
    isBroken = false;
    expect([center.counters.delivered, center.counters.uncertain, errors.length]).toEqual([1, 2, 1]);
    await clock.advance(120_000);
    expect(center.counters.delivered).toBe(3);
    await center.stop();
  });

  it('in capacity: it has no room', async () => {
    const { center, out, errors, clock } = await startRig();
    let isBroken = true;
    out.capacity = () => {
      if (isBroken) throw new Error('mistake');
      return 10;
    };
    center.attach('out', out);
    await center.submitOne(to('1'));
    await settle();
    expect([out.got.length, errors.length > 0]).toEqual([0, true]);
    isBroken = false;
    await clock.advance(1_000);
    expect(out.got).toHaveLength(1);
    await center.stop();
  });
});

describe('what cannot be stored', () => {
  it('a draft whose lane cannot be told is refused, and leaves nothing behind', async () => {
    const { center } = await startRig({
      route: ({ destination }) => {
        if (destination.digits === bad) throw new Error('no lane');
        return 'out';
      },
    });
    const drafts = ['1', bad].map((digits) => ({ ...to(digits), lane: undefined }));
    await expect(center.submitAll(drafts)).rejects.toMatchObject({ code: 'CHAPPE_CENTER_DRAFT' });
    expect([center.unfinished, center.commits.pending, center.depths()]).toEqual([0, 0, []]);
    await center.submitOne(to('1'));
    await center.stop();
  });

  it('a store that throws instead of rejecting has failed, and the next commit is tried', async () => {
    const store = new MemoryStore();
    const commit = store.commit.bind(store);
    let isBroken = true;
    store.commit = (changes) => {
      if (isBroken) throw new Error('mistake');
      return commit(changes);
    };
    const { center, clock } = await startRig({ store });
    await expect(center.submitOne(to('1'))).rejects.toMatchObject({ code: 'CHAPPE_STORE_FAILED' });
    isBroken = false;
    await clock.advance(2_000);
    await center.submitOne(to('2'));
    await center.stop();
  });
});
