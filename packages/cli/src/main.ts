/** Where the process begins. */
import { runProgram } from './program.ts';
import { chappeVersion } from './version.ts';

// Whoever reads our data has seen enough (`chappe decode ... | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), chappeVersion, process);
