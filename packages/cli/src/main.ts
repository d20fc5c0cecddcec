/** Where the process begins. */
import { hearFromTheStart } from './start/hang-ups.ts';

// Before the rest is loaded, which takes longer than a reload by hand behind a start.
const command = process.argv.slice(2).find((word) => !word.startsWith('-'));
if (command === 'serve' || command === 'start') hearFromTheStart(process);

const { boundHeap } = await import('./start/heap-bounds.ts');
const { runProgram } = await import('./program.ts');
const { chappeVersion } = await import('./version.ts');

// Whoever reads our data has seen enough (`chappe decode ... | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

boundHeap();

process.exitCode = await runProgram(process.argv.slice(2), chappeVersion, process);
