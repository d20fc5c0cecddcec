import { expect, test } from 'vitest';
import { memoryPair, SimulatedClock, SmppClient, type SmppError, SmppServer } from '../src/index.ts';
import { closeLater } from './support/servers.ts';

test('it stands still until it is told to go on', async () => {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
  const fired: number[] = [];
  clock.setTimer(() => fired.push(clock.nowMs() - Date.UTC(2026, 0, 1)), 10);
  await clock.settle();
  expect([clock.monotonicMs(), clock.nowMs(), fired]).toEqual([0, Date.UTC(2026, 0, 1), []]);
  await clock.advance(9.5);
  expect([clock.monotonicMs(), clock.nowMs() - Date.UTC(2026, 0, 1), fired]).toEqual([9.5, 9, []]);
  await clock.advance(0.5);
  expect(fired).toEqual([10]);
});

test('timers fire at their moments in order, those that are armed meanwhile too; one that is disarmed does not', async () => {
  const clock = new SimulatedClock();
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(`${name}@${clock.monotonicMs()}`);
  clock.setTimer(note('late'), 100);
  clock.setTimer(note('second'), 50);
  clock.setTimer(note('third'), 50);
  const disarm = clock.setTimer(note('never'), 60);
  clock.setTimer(() => {
    note('first')();
    void Promise.resolve().then(() => clock.setTimer(note('child'), 5));
    disarm();
  }, 40);
  clock.setTimer(note('before time'), -5);
  expect(clock.armed).toBe(6);
  await clock.advance(70);
  expect(fired).toEqual(['before time@0', 'first@40', 'child@45', 'second@50', 'third@50']);
  expect([clock.armed, clock.monotonicMs()]).toEqual([1, 70]);
});

test('a leap fires what was missed once, late; time that passes fires nothing', async () => {
  const clock = new SimulatedClock();
  const ticks: number[] = [];
  const tick = (): void => {
    ticks.push(clock.monotonicMs());
    clock.setTimer(tick, 1_000);
  };
  clock.setTimer(tick, 1_000);
  clock.pass(500);
  await clock.settle();
  expect(ticks).toEqual([]);
  await clock.leap(86_400_000);
  expect(ticks).toEqual([86_400_500]);
  await clock.advance(2_000);
  expect(ticks.slice(1)).toEqual([86_401_500, 86_402_500]);
});

test.each([-1, Number.NaN, '5', undefined])('%j are no milliseconds', async (ms) => {
  const clock = new SimulatedClock();
  const option = expect.objectContaining<Partial<SmppError>>({ code: 'CHAPPE_SMPP_OPTION' });
  await expect(clock.advance(ms as number)).rejects.toEqual(option);
  await expect(clock.leap(ms as number)).rejects.toEqual(option);
  expect(() => clock.pass(ms as number)).toThrow(option as Error);
  if (ms !== undefined) expect(() => new SimulatedClock(ms as number)).toThrow(option as Error);
});

test('what a timer throws is told', async () => {
  const clock = new SimulatedClock();
  clock.setTimer(() => {
    throw new Error('a fault of the program');
  }, 5);
  await expect(clock.advance(10)).rejects.toThrow('a fault of the program');
  expect(clock.monotonicMs()).toBe(5);
});

test('a client and a server live a day of enquire_links in no time', async () => {
  const clock = new SimulatedClock();
  const server = closeLater(
    await SmppServer.listen({
      port: 0,
      authenticate: () => ({ accept: true }),
      operations: {},
      clock,
    }),
  );
  const client = closeLater(
    await SmppClient.connect('smpp://esme:secret@memory', {
      clock,
      enquireLinkMs: 60_000,
      transport: () => {
        const [ours, theirs] = memoryPair();
        server.accept(theirs);
        return ours;
      },
    }),
  );
  await clock.advance(3_600_000);
  const [session] = client.sessions;
  // The server asks every 30 seconds.
  expect(session?.counters.pdusIn).toBeGreaterThanOrEqual(100);
  expect(client.state).toBe('bound');
});
