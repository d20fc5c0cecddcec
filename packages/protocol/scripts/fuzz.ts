/**
 * Fuzzes the codec: node --conditions=chappe-source packages/protocol/scripts/fuzz.ts --count 1000000 --seed 1
 * Prints a report and ends with 1 when something failed.
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../test/codec/fuzzing.ts';

/** A PDU that takes longer to decode is a failure, on a machine that does nothing else. */
const MAX_PDU_MS = 5;
const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const before = performance.now();
const report = fuzz(Number(values.count), Number(values.seed), MAX_PDU_MS);
console.log(JSON.stringify({ ...report, seconds: (performance.now() - before) / 1000 }, undefined, 2));
process.exitCode = report.failures.length === 0 ? 0 : 1;
