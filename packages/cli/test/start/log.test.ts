import { expect, test } from 'vitest';
import { ErrorReport } from '../../src/start/error-report.ts';
import { openLog } from '../../src/start/log.ts';
import type { Terminal } from '../../src/terminal.ts';

function terminal(): { readonly talked: string[]; readonly terminal: Terminal } {
  const talked: string[] = [];
  return { talked, terminal: { talk: (text: string) => talked.push(text) } as unknown as Terminal };
}

test('JSON lines from the level on, with the error and where it was', () => {
  const { talked, terminal: to } = terminal();
  const log = openLog({ level: 'warn', isPlain: false }, to);
  log.info('not this');
  log.error({ err: new Error('disk gone'), where: 'center' }, 'disk gone');
  expect(talked).toHaveLength(1);
  expect(JSON.parse(talked[0]!)).toMatchObject({
    level: 50,
    msg: 'disk gone',
    where: 'center',
    err: { type: 'Error' },
  });
});

test('lines for people', () => {
  const { talked, terminal: to } = terminal();
  const log = openLog({ level: 'warn', isPlain: true }, to);
  log.error({ err: new Error('disk gone'), where: 'center' }, 'disk gone');
  log.warn({ err: new Error('why') }, 'slow');
  expect(talked[0]).toMatch(/^\d\d:\d\d:\d\d {2}error {2}center: disk gone$/);
  expect(talked[1]).toMatch(/ {2}warning {2}slow: why$/);
});

test('passwords do not reach the log', () => {
  const { talked, terminal: to } = terminal();
  openLog({ level: 'info', isPlain: false }, to).info(
    { password: 'hush', bind: { password: 'hush' } },
    'bind',
  );
  expect(talked[0]).not.toContain('hush');
});

test('errors that come before the log are told later; a storm of one kind is counted, not told', () => {
  let nowMs = 0;
  const told: [object, string][] = [];
  const report = new ErrorReport({ monotonicMs: () => nowMs });
  report.report(new Error('early'), 'center');
  expect(told).toEqual([]);
  report.attach({ error: (fields, message) => told.push([fields, message]) });
  expect(told).toMatchObject([[{ where: 'center' }, 'early']]);

  for (let count = 0; count < 1_000; count += 1) report.report(new Error('disk full'), 'center');
  report.report(new Error('disk full'), 'echo');
  expect(told.slice(1)).toMatchObject([
    [{ where: 'center' }, 'disk full'],
    [{ where: 'echo' }, 'disk full'],
  ]);
  nowMs = 5_000;
  report.report('disk full', 'center');
  expect(told.at(-1)).toMatchObject([{ where: 'center', repeats: 999 }, 'disk full']);
});

test('ever new kinds of errors do not fill the memory', () => {
  const told: string[] = [];
  const report = new ErrorReport({ monotonicMs: () => 0 });
  for (let count = 0; count < 10_000; count += 1) report.report(new Error(`e${count}`), 'center');
  report.attach({ error: (_, message) => told.push(message) });
  expect(told).toHaveLength(100);
});
