import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuplicateGuard, type Repeatable } from '../../src/filters/duplicates.ts';

const minuteMs = 60_000;
const message: Repeatable = { account: 'acme', destination: '447700900123', content: 'Your code is 1' };
const guard = (most?: number, maxEntries?: number): DuplicateGuard =>
  new DuplicateGuard({ windowMs: minuteMs, most }, 'filters.duplicates', maxEntries);

describe('the duplicate guard', () => {
  it('lets the same through once in the window, which slides and does not start anew', () => {
    const it = guard();
    expect(it.admit(message, 1_000)).toBe(true);
    expect(it.admit(message, 1_000)).toBe(false);
    expect(it.admit(message, 30_000)).toBe(false);
    expect(it.admit(message, 1_000 + minuteMs - 1)).toBe(false);
    expect(it.admit(message, 1_000 + minuteMs)).toBe(true);
    expect(it.admit(message, 1_000 + minuteMs + 1)).toBe(false);
  });

  it('lets as many through as it is told', () => {
    const it = guard(3);
    const asked = [0, 10_000, 20_000, 30_000, 60_000, 60_001, 70_000, 80_000, 80_001];
    expect(asked.map((atMs) => it.admit(message, atMs))).toEqual([
      true,
      true,
      true,
      false,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it.each<[string, Repeatable]>([
    ['account', { ...message, account: 'other' }],
    ['destination', { ...message, destination: '447700900124' }],
    ['text', { ...message, content: 'Your code is 2' }],
    ['octets for a text', { ...message, content: Buffer.from('Your code is 1') }],
    ['border', { account: 'acm', destination: 'e447700900123', content: 'Your code is 1' }],
  ])('tells another %s apart', (_, other) => {
    const it = guard();
    expect(it.admit(message, 0)).toBe(true);
    expect(it.admit(other, 0)).toBe(true);
    expect(it.admit(other, 0)).toBe(false);
  });

  it('compares octets', () => {
    const it = guard();
    const octets = (...content: number[]): Repeatable => ({ ...message, content: Uint8Array.from(content) });
    expect(it.admit(octets(1, 2), 0)).toBe(true);
    expect(it.admit(octets(1, 2), 0)).toBe(false);
    expect(it.admit(octets(1, 2, 0), 0)).toBe(true);
    expect(it.admit(octets(), 0)).toBe(true);
  });

  it('forgets what was lost elsewhere, once for each', () => {
    const it = guard(2);
    it.admit(message, 0);
    it.admit(message, 0);
    it.forget(message);
    expect(it.admit(message, 1)).toBe(true);
    expect(it.admit(message, 1)).toBe(false);
    it.forget({ ...message, content: 'never seen' });
    expect(it.admit(message, 1)).toBe(false);
  });

  it('does not grow when one message is tried again without end', () => {
    const it = guard();
    for (let tries = 0; tries < 5_000; tries += 1) {
      expect(it.admit(message, tries)).toBe(true);
      it.forget(message);
    }
    expect(it.size).toBe(1);
    expect(it.admit(message, 6_000)).toBe(true);
    expect(it.admit(message, 6_000 + minuteMs - 1)).toBe(false);
  });

  it('does not count the future when the clock was put back', () => {
    const it = guard();
    it.admit(message, 10 * minuteMs);
    expect(it.admit(message, minuteMs)).toBe(true);
    expect(it.admit(message, minuteMs + 1)).toBe(false);
    expect(it.admit(message, 2 * minuteMs)).toBe(true);
  });

  it('grows as far as it may and then forgets the eldest', () => {
    const it = guard(1, 4_096);
    const at = (index: number): Repeatable => ({ ...message, content: `text ${index}` });
    for (let index = 0; index < 4_096; index += 1) expect(it.admit(at(index), index)).toBe(true);
    for (let index = 0; index < 4_096; index += 1) expect(it.admit(at(index), 5_000)).toBe(false);
    const { octets } = it;
    for (let index = 4_096; index < 10_000; index += 1) expect(it.admit(at(index), 5_000)).toBe(true);
    expect(it.size).toBe(4_096);
    expect(it.octets).toBe(octets);
    expect(octets).toBe(4_096 * 32);
    expect(it.admit(at(9_999), 5_000)).toBe(false);
    expect(it.admit(at(10_000 - 4_096), 5_000)).toBe(false);
    expect(it.admit(at(10_000 - 4_097), 5_000)).toBe(true);
  });

  it('stays right however long it runs full', () => {
    const it = guard(1, 1_024);
    const at = (index: number): Repeatable => ({ ...message, content: `text ${index}` });
    for (let index = 0; index < 60_000; index += 1) {
      expect(it.admit(at(index), 0)).toBe(true);
      if (index % 64 === 0 && index >= 1_024) {
        expect(it.admit(at(index - 1_023), 0)).toBe(false);
      }
    }
  });

  it('forgets what is past', () => {
    const it = guard();
    for (let index = 0; index < 3_000; index += 1) it.admit({ ...message, content: `${index}` }, index);
    it.admit(message, 10 * minuteMs);
    expect(it.size).toBe(1);
  });

  it('says what a plain list says', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 40 }),
      text: fc.integer({ min: 0, max: 5 }),
      isForget: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 200, size: 'max' }),
        (most, steps) => {
          const it = new DuplicateGuard({ windowMs: 100, most }, 'duplicates');
          let nowMs = 0;
          let model: { text: number; atMs: number }[] = [];
          for (const { afterMs, text, isForget } of steps) {
            nowMs += afterMs;
            const asked = { ...message, content: `${text}` };
            model = model.filter(({ atMs }) => nowMs - atMs < 100);
            const same = model.filter((entry) => entry.text === text);
            // What is forgotten is the last one let through, which the caller has just lost.
            const last = same.at(-1);
            if (isForget && last?.atMs === nowMs) {
              it.forget(asked);
              model.splice(model.lastIndexOf(last), 1);
              continue;
            }
            expect(it.admit(asked, nowMs)).toBe(same.length < most);
            if (same.length < most) model.push({ text, atMs: nowMs });
          }
        },
      ),
    );
  });

  it.each([
    [{ windowMs: 0 }, 'filters.duplicates.windowMs: must be 1 to 604800000'],
    [{ windowMs: Number.NaN }, 'windowMs'],
    [{ windowMs: 8 * 86_400_000 }, 'windowMs'],
    [{ windowMs: 1, most: 0 }, 'filters.duplicates.most: must be a whole number from 1 to 1000'],
    [{ windowMs: 1, most: 1.5 }, 'most'],
    [{ windowMs: 1, most: 1_001 }, 'most'],
  ])('%j cannot be', (filter, message) => {
    expect(() => new DuplicateGuard(filter, 'filters.duplicates')).toThrow(RangeError);
    expect(() => new DuplicateGuard(filter, 'filters.duplicates')).toThrow(message);
  });
});
