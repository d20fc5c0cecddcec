// How many times longer than on a quiet machine tests wait before they give up (test/support/patience.ts).
import { availableParallelism, getPriority, loadavg } from 'node:os';

// Limits are for hangs: they are wide, and wider where others use the machine or this runs behind them.
const quiet = 3;
// The scheduler gives a process about a quarter less with each step of `nice`.
const perNiceLevel = 1.25;

/** The environment of a run of tests: CHAPPE_TEST_PATIENCE as the machine is now, unless somebody has said it. */
export function patientEnvironment() {
  const load = Math.max(1, loadavg()[0] / availableParallelism());
  const patience = Math.ceil(quiet * load * perNiceLevel ** Math.max(0, getPriority()));
  return { CHAPPE_TEST_PATIENCE: String(patience), ...process.env };
}
