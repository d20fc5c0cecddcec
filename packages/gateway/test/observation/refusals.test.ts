import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Refusal, type RefusalLimits, Refusals } from '../../src/observation/refusals.ts';

const dayMs = 86_400_000;

function shelf(limits: Partial<RefusalLimits> = {}) {
  const clock = { ms: Date.UTC(2026, 10, 30), nowMs: () => clock.ms };
  const told: Refusal[] = [];
  const refusals = new Refusals(clock, (one) => told.push(one), limits);
  const note = (account: string, more: Partial<Refusal> = {}): Refusal =>
    refusals.note({
      account,
      command: 'submit_sm',
      session: 1,
      from: 'ACME',
      to: '447700900123',
      status: 0x45,
      reason: 'credit',
      rule: '',
      ...more,
    });
  return { clock, refusals, note, told };
}

describe('refusals', () => {
  it('are found by account, addresses however they are written, reason and time, the newest first', () => {
    const { clock, refusals, note, told } = shelf();
    note('acme', { to: '+44 7700 900-123' });
    clock.ms += 1_000;
    note('acme', { to: '447700900124', reason: 'sender', from: 'Other' });
    clock.ms += 1_000;
    note('bank', { to: '33612' });
    expect(told).toHaveLength(3);
    const numbers = (query: Parameters<Refusals['find']>[0], limit = 10) =>
      refusals.find(query, limit).map(({ number }) => number);
    expect(numbers({})).toEqual([3, 2, 1]);
    expect(numbers({}, 2)).toEqual([3, 2]);
    expect(numbers({ before: 2 })).toEqual([1]);
    expect(numbers({ account: 'acme' })).toEqual([2, 1]);
    for (const to of ['447700900123', '+447700900123', '+44 7700 900123'])
      expect(numbers({ to })).toEqual([1]);
    expect(numbers({ to: '+4477*' })).toEqual([2, 1]);
    expect(numbers({ from: 'other' })).toEqual([2]);
    expect(numbers({ reason: 'sender' })).toEqual([2]);
    expect(numbers({ fromMs: clock.ms })).toEqual([3]);
    expect(numbers({ untilMs: clock.ms })).toEqual([2, 1]);
    expect(numbers({ account: 'nobody' })).toEqual([]);
  });

  it('are kept for a day', () => {
    const { clock, refusals, note } = shelf();
    note('acme');
    clock.ms += dayMs;
    expect(refusals.find({}, 10)).toHaveLength(1);
    clock.ms += 1;
    expect(refusals.find({}, 10)).toEqual([]);
  });

  it('an account that gets nothing else does not push out those of others', () => {
    const { refusals, note } = shelf({ all: 1_000 });
    for (let at = 0; at < 50; at += 1) note('quiet');
    for (let at = 0; at < 20_000; at += 1) note('loud');
    expect(refusals.find({ account: 'quiet' }, 1_000)).toHaveLength(50);
    expect(refusals.size).toBeLessThanOrEqual(1_000);
    expect(refusals.find({ account: 'loud' }, 10_000).length).toBeGreaterThan(900);
    expect(refusals.find({ account: 'loud' }, 1)[0]?.number).toBe(20_050);
  });

  it('texts of strangers are cut, and octets counted', () => {
    const { refusals, note } = shelf({ octets: 100_000 });
    const one = note('acme', { to: '4'.repeat(10_000), from: 'x'.repeat(10_000), rule: 'r'.repeat(10_000) });
    expect([one.to.length, one.from.length, one.rule.length]).toEqual([65, 65, 200]);
    for (let at = 0; at < 5_000; at += 1) note('acme', { to: '4'.repeat(65), rule: 'r'.repeat(200) });
    expect(refusals.size).toBeLessThan(200);
    expect(refusals.size).toBeGreaterThan(100);
  });

  it('whatever comes, what is kept is bounded, and is the newest of each account', () => {
    const limits = { all: 200, octets: 50_000 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 3_600_000 })), {
          maxLength: 1_500,
          size: 'max',
        }),
        (steps) => {
          const { clock, refusals, note } = shelf(limits);
          const last = new Map<string, number>();
          for (const [account, passMs] of steps) {
            clock.ms += passMs;
            last.set(account, note(account).number);
            expect(refusals.size).toBeLessThanOrEqual(limits.all);
          }
          const recent = refusals.find({}, limits.all);
          expect(recent.map(({ number }) => number)).toEqual(
            recent.map(({ number }) => number).toSorted((a, b) => b - a),
          );
          if (steps.length > 0) expect(recent[0]?.number).toBe(steps.length);
          expect(recent.every(({ atMs }) => atMs >= clock.ms - dayMs)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});
