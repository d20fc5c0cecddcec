/** Metrics of the process. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '@chappe/center';
import type { Registry } from 'prom-client';
import { readCounter, readGauge } from './readings.ts';

const nanosecondsPerSecond = 1e9;

/** Memory, CPU and versions. */
export function addProcess(registry: Registry, version: string, clock: Pick<Clock, 'nowMs'>): void {
  const { node } = process.versions;
  readGauge(registry, 'chappe_build_info', 'Version of Chappe and of Node.js', ['version', 'node'], () => [
    [{ version, node }, 1],
  ]);
  readGauge(registry, 'process_resident_memory_bytes', 'Resident memory', [], () => [
    [{}, process.memoryUsage.rss()],
  ]);
  const startedSeconds = clock.nowMs() / 1_000;
  readGauge(registry, 'process_start_time_seconds', 'When the process has started', [], () => [
    [{}, startedSeconds],
  ]);
  readCounter(registry, 'process_cpu_seconds_total', 'User and system CPU time', [], () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
}

/** One probe is due in each of these. */
const probeMs = 1_000;
/** Golden ratio: spreads them over their seconds evenly, so that they are never in step with what happens each second. */
const spread = 0.618_034;
/** Later than this is late: a customer's answer is, too. */
const lateMs = 100;

/** How long the event loop keeps people waiting. Returns what ends the measuring. */
export function addEventLoop(registry: Registry, clock: Clock): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  readGauge(
    registry,
    'chappe_event_loop_lag_seconds',
    'Longest wait for the event loop since the last scrape',
    [],
    () => {
      const longest = delay.max / nanosecondsPerSecond;
      delay.reset();
      return [[{}, longest]];
    },
  );
  // The longest of many waits says nothing of how often: probes do, which come like any request.
  const probes = { prompt: 0, late: 0 };
  readCounter(
    registry,
    'chappe_event_loop_probes_total',
    'Timers, one in each second, by whether they ran in time: late is more than 0.1 s',
    ['result'],
    () => Object.entries(probes).map(([result, count]) => [{ result }, count] as const),
  );
  const disarm = probing(clock, (lateByMs, count) => {
    probes[lateByMs > lateMs ? 'late' : 'prompt'] += count;
  });
  return () => {
    delay.disable();
    disarm();
  };
}

/** Tells how much too late probes ran: those that were due meanwhile run with it. Returns what ends them. */
function probing(clock: Clock, onProbes: (lateByMs: number, count: number) => void): () => void {
  const sinceMs = clock.monotonicMs();
  let disarm: () => void;
  const next = (at: number): void => {
    const dueMs = sinceMs + probeMs * (at + ((at * spread) % 1));
    disarm = clock.setTimer(
      () => {
        const nowMs = clock.monotonicMs();
        const following = Math.max(at + 1, Math.floor((nowMs - sinceMs) / probeMs));
        onProbes(nowMs - dueMs, following - at);
        next(following);
      },
      Math.max(0, dueMs - clock.monotonicMs()),
    );
  };
  next(0);
  return () => disarm();
}
