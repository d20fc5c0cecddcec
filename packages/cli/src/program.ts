/** The program: reads the command line, runs one command, gives its exit code. */

import { readFileSync } from 'node:fs';
import { printable } from '@chappe/protocol';
import { Command, CommanderError } from 'commander';
import { type CommandPlan, commandOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { plans } from './plans.ts';
import { asCalled, npmHint, programName } from './program-name.ts';
import type { CommonValues } from './settings/common.ts';
import type { Surroundings } from './settings/setting.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const about = 'A complete SMPP system: message centre, gateway, sandbox and tools.';
const commandNames = plans.map(({ name }) => name);

// A terminal sends Ctrl-C to every process of its foreground, and npm sends it on to this one: nobody presses twice
// within this time.
const sameSignalMs = 300;

/** Aborts on the first SIGINT or SIGTERM; a later one ends the process at once. */
export function endSignal(process: Pick<NodeJS.Process, 'on' | 'exit'>, nowMs: () => number): AbortSignal {
  const ending = new AbortController();
  let firstMs = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!ending.signal.aborted) {
        firstMs = nowMs();
        ending.abort(name);
      } else if (nowMs() - firstMs >= sameSignalMs) process.exit(exitCodes.interrupted);
    });
  }
  return ending.signal;
}

/** How errors are told. */
interface Spoken {
  readonly isJson: boolean;
  /** What the program is called here. */
  readonly name: string;
  readonly terminal: Terminal;
}

/** Says in one line why a command ended. */
function complain(error: unknown, { isJson, name, terminal }: Spoken): ExitCode {
  const { message, hint: text, exitCode } = failureOf(error);
  const hint = text === undefined ? undefined : asCalled(text, name, commandNames);
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
    exitCode = await plan.run({
      values,
      words,
      terminal,
      signal: endSignal(process, () => performance.now()),
      version,
    });
  };
  const name = programName(process.argv, process.env);
  const help = asCalled(
    'chappe --help lists the commands, chappe COMMAND --help the flags of one',
    name,
    commandNames,
  );
  const hint = [npmHint(name, argv), help].filter((line) => line !== undefined).join('; ');
  const program = new Command('chappe')
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
      outputError: (text, write) => {
        const error = text.replace(/^error: /, '').trimEnd();
        if (isJson) write(`${JSON.stringify({ error, hint, exitCode: exitCodes.usage })}\n`);
        else write(`chappe: ${error}\n  ${hint}\n`);
      },
    })
    .showSuggestionAfterError();
  for (const plan of plans) {
    const command = commandOf(plan, around, name, perform);
    program.addCommand(command.copyInheritedSettings(program).exitOverride());
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said it already; help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return complain(error, { isJson, name, terminal });
  }
}
