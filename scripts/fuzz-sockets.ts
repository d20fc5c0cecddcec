/**
 * Random PDUs over sockets, at length: npm run fuzz:sockets -- --count 1000000 --seed 1
 * In rounds, each with a gateway of its own and the next seed. Prints a report and ends with 1 when something failed.
 */
import { parseArgs } from 'node:util';
import { fuzzSockets } from '../test/fuzz/socket-fuzz.ts';

const perRound = 50_000;
const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.count);
for (let sent = 0, seed = Number(values.seed); sent < count && process.exitCode === undefined; seed += 1000) {
  const before = performance.now();
  const report = await fuzzSockets(Math.min(perRound, count - sent), seed);
  sent += report.count;
  const seconds = (performance.now() - before) / 1000;
  console.log(JSON.stringify({ ...report, sent, seconds: Math.round(seconds) }));
  for (const failure of report.failures) console.log(failure);
  if (report.failures.length > 0) process.exitCode = 1;
}
