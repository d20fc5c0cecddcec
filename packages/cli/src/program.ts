/** The program: reads the command line, runs one command, gives its exit code. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type CommandPlan, commandOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { plans } from './plans.ts';
import type { CommonValues } from './settings/common.ts';
import type { Surroundings } from './settings/setting.ts';
import { printable, processTerminal, type Terminal } from './terminal.ts';

const about = 'A complete SMPP system: message centre, gateway, sandbox and tools.';

/** Aborts on the first SIGINT or SIGTERM; the second ends the process at once. */
function endSignal(process: NodeJS.Process): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (ending.signal.aborted) process.exit(exitCodes.interrupted);
      ending.abort(name);
    });
  }
  return ending.signal;
}

/** Says in one line why a command ended. */
function complain(error: unknown, isJson: boolean, terminal: Terminal): ExitCode {
  const { message, hint, exitCode } = failureOf(error);
  if (isJson) terminal.talk(JSON.stringify({ error: message, hint, exitCode }));
  else {
    // A stack is for us and keeps its lines; everything else is one line, whatever a peer has put into it.
    const shown = exitCode === exitCodes.unexpected ? message : printable(message);
    terminal.talk(`chappe: ${shown}${hint === undefined ? '' : `\n  ${hint}`}`);
  }
  return exitCode;
}

/** Runs `chappe` with the arguments of the process (without node and script). Never rejects. */
export async function runProgram(
  argv: readonly string[],
  version: string,
  process: NodeJS.Process,
): Promise<ExitCode> {
  const around: Surroundings = { env: process.env, readFile: (path) => readFileSync(path, 'utf8') };
  let exitCode: ExitCode = exitCodes.ok;
  let terminal = processTerminal(process, undefined);
  let isJson = argv.includes('--json');
  const perform = async <V>(
    plan: CommandPlan<V>,
    values: V & CommonValues,
    words: readonly string[],
  ): Promise<void> => {
    terminal = processTerminal(process, values.color);
    isJson = values.json;
    exitCode = await plan.run({ values, words, terminal, signal: endSignal(process), version });
  };
  const program = new Command('chappe')
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
      outputError: (text, write) => write(`chappe: ${text.replace(/^error: /, '')}`),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(chappe --help lists the commands, chappe COMMAND --help the flags of one)');
  for (const plan of plans) {
    const command = commandOf(plan, around, perform);
    program.addCommand(command.copyInheritedSettings(program).exitOverride());
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said it already; help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return complain(error, isJson, terminal);
  }
}
