/**
 * Kills a gateway under load and says what was lost: nothing.
 * Run: node --conditions=chappe-source test/gateway/kill.ts [KILLS] [--rate 0] [--window 100] [--seed N]
 */
import { option } from '../../bench/load-tools.ts';
import { killRun, summaryOf } from './kill-run.ts';
import { buildTools } from './load-tools.ts';

const given = Number(process.argv[2] ?? '');
const options = {
  kills: Number.isInteger(given) && given > 0 ? given : 3,
  perSecond: option('rate', 0),
  window: option('window', 100),
  seed: option('seed', 20261126),
  // A backlog of minutes is no fault.
  drainMs: 900_000,
};
const tools = await buildTools();
try {
  const result = await killRun(tools, options);
  console.log(summaryOf(result, options));
  const { lost, stuck, unmarked, duplicates, mostDuplicates, awaiting, unanswered, untold, report } = result;
  const faults = [...lost, ...stuck, ...unmarked, ...report.errors];
  for (const fault of faults.slice(0, 20)) console.log(fault);
  for (const discrepancy of report.discrepancies.slice(0, 20)) console.log(JSON.stringify(discrepancy));
  const isOff = duplicates > mostDuplicates || awaiting > unanswered || untold !== 0;
  if (isOff || faults.length > 0 || report.discrepancies.length > 0) process.exitCode = 1;
} finally {
  await tools.remove();
}
