/** Metrics of the process. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { readCounter, readGauge } from './readings.ts';

const nanosecondsPerSecond = 1e9;

/** Memory, CPU and versions. */
export function addProcess(registry: Registry, version: string): void {
  const { node } = process.versions;
  readGauge(registry, 'chappe_build_info', 'Version of Chappe and of Node.js', ['version', 'node'], () => [
    [{ version, node }, 1],
  ]);
  readGauge(registry, 'process_resident_memory_bytes', 'Resident memory', [], () => [
    [{}, process.memoryUsage.rss()],
  ]);
  readCounter(registry, 'process_cpu_seconds_total', 'User and system CPU time', [], () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
}

/** How long the event loop keeps people waiting. Returns what measures, to be disabled in the end. */
export function addEventLoop(registry: Registry): { disable(): boolean } {
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
  return delay;
}
