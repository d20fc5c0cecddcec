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
    fc.record({ kind: fc.constant('add'), ms: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ kind: fc.constant('take'), ms: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
      const window = new Window(1000);
      const model = new Map<number, number>();
      let nowMs = 0;
      let sequence = 0;
      for (const { kind, ms } of actions) {
        if (kind === 'add') {
          sequence++;
          model.set(sequence, nowMs + ms);
          window.add(request(sequence, nowMs + ms));
        } else if (kind === 'take') {
          expect(window.take(ms, 'submit_sm_resp') !== undefined).toBe(model.delete(ms));
        } else {
          nowMs += ms;
          const due = [...model].filter(([, at]) => at <= nowMs).map(([number]) => number);
          for (const number of due) model.delete(number);
          expect(window.expire(nowMs).map((expired) => expired.sequence)).toEqual(due);
        }
        expect(window.taken).toBe(model.size);
        expect(window.deadlineMs).toBeLessThanOrEqual(Math.min(...model.values()));
      }
      expect(window.clear().map((left) => left.sequence)).toEqual([...model.keys()]);
    }),
  );
});
