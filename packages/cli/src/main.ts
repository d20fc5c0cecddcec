/** Where the process begins. */
import { runProgram } from './program.ts';
import { chappeVersion } from './version.ts';

process.exitCode = await runProgram(process.argv.slice(2), chappeVersion, process);
