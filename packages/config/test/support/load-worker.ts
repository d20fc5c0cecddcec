/** The thread of tests: no engine looks at the settings. */
import { runLoadWorker } from '../../src/load-worker.ts';

runLoadWorker();
