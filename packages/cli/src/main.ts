/** Where the process begins. */
import { setFlagsFromString } from 'node:v8';
import { hearFromTheStart } from './start/hang-ups.ts';

// Before the rest is loaded, which takes longer than a reload by hand behind a start.
const command = process.argv.slice(2).find((word) => !word.startsWith('-'));
if (command === 'serve' || command === 'start') hearFromTheStart(process);

const { boundYoungGeneration } = await import('./start/young-generation.ts');
const { runProgram } = await import('./program.ts');
const { chappeVersion } = await import('./version.ts');

// Whoever reads our data has seen enough (`chappe decode ... | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// What messages leave behind is collected when the heap has grown by half, not to four times what is in use: under full
// load that costs 5 % of the speed and saves a quarter of the memory.
setFlagsFromString('--heap-growing-percent=50');
boundYoungGeneration();

process.exitCode = await runProgram(process.argv.slice(2), chappeVersion, process);
