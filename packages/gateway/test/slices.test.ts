import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsFlaws } from '../../policy/src/errors.ts';
import { builtInMoActions } from '../../policy/src/routes/mo-actions.ts';
import { type GatewaySettings, noSettings } from '../../policy/src/settings/gateway.ts';
import type { RouteSettings } from '../../policy/src/settings/route.ts';
import { atOnce, inSlices, type Steps, sorted } from '../../policy/src/slices.ts';
import { type CompiledSettings, compileSettings } from '../src/network/compiled-settings.ts';

/** A clock on which every look takes that long. */
function slowClock(lookMs: number) {
  let nowMs = 0;
  return { monotonicMs: () => (nowMs += lookMs) };
}

/** Counts the turns that the event loop makes until it is stopped. */
function turns() {
  let count = 0;
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    count += 1;
    setImmediate(next);
  };
  setImmediate(next);
  return {
    stop: () => {
      isOver = true;
      return count;
    },
  };
}

function* count(steps: number): Steps<string> {
  for (let step = 0; step < steps; step += 1) yield;
  return 'done';
}

describe('slices', () => {
  it('give the result, now or later', async () => {
    expect(atOnce(count(10))).toBe('done');
    expect(await inSlices(count(10), slowClock(0))).toBe('done');
    expect(await inSlices(count(10), slowClock(100))).toBe('done');
  });

  it('let the loop turn whenever their time is over', async () => {
    const all = turns();
    await inSlices(count(100), slowClock(100));
    // Each step was a slice of its own.
    expect(all.stop()).toBeGreaterThanOrEqual(99);
    const none = turns();
    await inSlices(count(100), slowClock(0));
    expect(none.stop()).toBe(0);
  });

  it('fail as the work does', async () => {
    const failing = function* (): Steps<void> {
      yield;
      throw new RangeError('no');
    };
    await expect(inSlices(failing(), slowClock(1))).rejects.toThrow('no');
    expect(() => atOnce(failing())).toThrow('no');
  });

  it('sort as toSorted does, equals in their order, without a step that takes long', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat()), { maxLength: 9_000, size: 'max' }), (items) => {
        const byFirst = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0];
        expect(atOnce(sorted(items, byFirst))).toEqual(items.toSorted(byFirst));
      }),
      { numRuns: 20 },
    );
    let steps = 0;
    const work = sorted(
      Array.from({ length: 100_000 }, (_, at) => (at * 7_919) % 100_003),
      (a, b) => a - b,
    );
    while (work.next().done !== true) steps += 1;
    expect(steps).toBeGreaterThan(100);
  });
});

describe('settings are compiled in steps', () => {
  const via: RouteSettings['action'] = { kind: 'via', groups: [[{ connector: 'handsets' }]] };
  const routes = (length: number): RouteSettings[] =>
    Array.from({ length }, (_, at) => ({ name: `r${at}`, to: [`44${100_000 + at}`], action: via }));

  const beside = (before?: CompiledSettings) => ({
    before,
    optOuts: undefined,
    actions: builtInMoActions,
    flaws: new SettingsFlaws(),
  });

  /** The steps, and the most prefixes, routes or rules that one of them can have looked at. */
  function stepsOf(settings: GatewaySettings) {
    const work = compileSettings(settings, beside());
    let steps = 0;
    for (;;) {
      const step = work.next();
      if (step.done === true) return { steps, compiled: step.value };
      steps += 1;
    }
  }

  it('one or more for each route and rule', () => {
    const few = stepsOf({ ...noSettings, routes: routes(10) }).steps;
    const many = stepsOf({ ...noSettings, routes: routes(5_010) }).steps;
    // Checked, planned, compiled, priced.
    expect(many - few).toBeGreaterThanOrEqual(4 * 5_000);
    const mo = Array.from({ length: 1_000 }, (_, at) => ({
      name: `m${at}`,
      to: [`${at}`],
      action: { kind: 'drop' as const },
    }));
    expect(stepsOf({ ...noSettings, mo }).steps).toBeGreaterThanOrEqual(3 * 1_000);
  });

  it('and some for each of very many prefixes of one route', () => {
    const to = Array.from({ length: 200_000 }, (_, at) => `44${1_000_000 + at}`);
    const { steps } = stepsOf({ ...noSettings, routes: [{ name: 'many', to, action: via }] });
    expect(steps).toBeGreaterThan(200_000 / 1_024);
  });

  it('routes that are the same objects are not compiled again, and go on counting', () => {
    const settings = { ...noSettings, routes: routes(100) };
    const { compiled } = stepsOf(settings);
    const again = atOnce(compileSettings({ ...settings, routes: [...settings.routes] }, beside(compiled)));
    expect(again.router).toBe(compiled.router);
    const other = atOnce(compileSettings({ ...settings, routes: routes(100) }, beside(compiled)));
    expect(other.router).not.toBe(compiled.router);
  });
});
