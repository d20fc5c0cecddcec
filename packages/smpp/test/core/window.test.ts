import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Window } from '../../src/core/window.ts';

function request(sequence: number, deadlineMs: number, takesSlot = true) {
  return { sequence, response: 'submit_sm_resp', deadlineMs, token: sequence, takesSlot };
}

test('slots are taken and given back; session control takes none', () => {
  const window = new Window(2);
  window.add(request(1, 100));
  window.add(request(2, 50, false));
  window.add(request(3, 200));
  expect([window.taken, window.free]).toEqual([2, 0]);
  expect(window.take(1, 'query_sm_resp')).toBeUndefined();
  expect(window.take(1, 'submit_sm_resp')?.token).toBe(1);
  expect(window.take(1, 'submit_sm_resp')).toBeUndefined();
  expect(window.take(2, 'generic_nack')?.token).toBe(2);
  expect([window.taken, window.free]).toEqual([1, 1]);
  window.limit = 1;
  expect(window.free).toBe(0);
});

test('against a plain model: nothing is lost, nothing is answered twice, no deadline is missed', () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('add'), number: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ kind: fc.constant('take'), number: fc.nat(60) }),
    fc.record({ kind: fc.constant('wait'), number: fc.integer({ min: 1, max: 20 }) }),
  );
  // Numbers that follow each other, numbers that fall on the same place, and the end of the series.
  const series = fc.constantFrom(
    (i: number) => i + 1,
    (i: number) => (i + 1) * 32,
    (i: number) => (i + 1) * 31,
    (i: number) => ((0x7fff_fff0 + i) % 0x7fff_ffff) + 1,
  );
  fc.assert(
    fc.property(series, fc.array(action, { maxLength: 200 }), (numberOf, actions) => {
      const window = new Window(1000);
      const model = new Map<number, number>();
      let nowMs = 0;
      let added = 0;
      for (const { kind, number } of actions) {
        if (kind === 'add') {
          const sequence = numberOf(added++);
          model.set(sequence, nowMs + number);
          window.add(request(sequence, nowMs + number));
        } else if (kind === 'take') {
          const sequence = numberOf(number);
          expect(window.has(sequence)).toBe(model.has(sequence));
          expect(window.take(sequence, 'submit_sm_resp')?.sequence === sequence).toBe(model.delete(sequence));
        } else {
          nowMs += number;
          const due = [...model].filter(([, at]) => at <= nowMs);
          for (const [sequence] of due) model.delete(sequence);
          due.sort(([a, aMs], [b, bMs]) => aMs - bMs || a - b);
          expect(window.expire(nowMs).map(({ sequence }) => sequence)).toEqual(
            due.map(([sequence]) => sequence),
          );
        }
        expect(window.taken).toBe(model.size);
        expect(window.deadlineMs).toBeLessThanOrEqual(Math.min(...model.values()));
      }
      const left = [...model.keys()].sort((a, b) => a - b);
      expect(window.clear().map(({ sequence }) => sequence)).toEqual(left);
      expect([window.taken, window.deadlineMs]).toEqual([0, Number.POSITIVE_INFINITY]);
    }),
  );
});
