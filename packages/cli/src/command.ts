/** What a command is, and how its settings become flags. */
import { Command, Option } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import { usage } from './failure.ts';
import { asCalled, isKeptByNpm } from './program-name.ts';
import { type CommonValues, commonSettings } from './settings/common.ts';
import {
  flagOf,
  type GivenFlags,
  helpOf,
  longFlagOf,
  readSettings,
  type Setting,
  type Settings,
  type Surroundings,
} from './settings/setting.ts';
import type { Terminal } from './terminal.ts';

/** What a running command has. */
export interface Run<V> {
  readonly values: V & CommonValues;
  /** What stands after the flags. */
  readonly words: readonly string[];
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and by SIGTERM; a second one ends the process. */
  readonly signal: AbortSignal;
  readonly version: string;
}

/** One command: its table of settings, and what it does. The code behind `run` is loaded when it is called. */
export interface CommandPlan<V> {
  readonly name: string;
  /** What stands after the name, as commander writes it: `[hex...]`. */
  readonly words?: string;
  readonly about: string;
  readonly settings: Settings<V>;
  /** Lines at the end of its help. */
  readonly examples?: readonly string[];
  readonly run: (run: Run<V>) => Promise<ExitCode>;
}

/** Any command, its values unseen. */
export type AnyPlan = CommandPlan<object>;

/** A plan among others. */
export function anyPlan<V>(plan: CommandPlan<V>): AnyPlan {
  return plan as unknown as AnyPlan;
}

function optionOf(setting: Setting<unknown>): Option {
  const option = new Option(flagOf(setting), helpOf(setting));
  if (setting.isRepeatable) {
    option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
  }
  return option;
}

/** The flags that were given, by name, as texts. */
function givenFlags(command: Command, settings: readonly Setting<unknown>[]): GivenFlags {
  const options: { readonly [name: string]: unknown } = command.opts();
  const given: { [flag: string]: readonly string[] } = {};
  for (const { flag } of settings) {
    const name = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (command.getOptionValueSource(name) !== 'cli') continue;
    const value = options[name];
    given[flag] = Array.isArray(value) ? value.map(String) : [String(value)];
  }
  return given;
}

/** Refuses to run without the flags that npm has not handed over. */
function checkKept(
  absent: readonly Setting<unknown>[],
  name: string,
  program: string,
  env: Surroundings['env'],
): void {
  const kept = absent.filter((setting) => isKeptByNpm(setting, program, env)).map(longFlagOf);
  if (kept.length === 0) return;
  throw usage(
    `npm has kept ${kept.join(', ')} for itself, and would have us run without`,
    `flags stand behind two dashes: chappe ${name} ${kept[0]} ...`,
  );
}

/** The command for commander, `program` being what we are called. `perform` runs it with its values read. */
export function commandOf<V>(
  plan: CommandPlan<V>,
  around: Surroundings,
  program: string,
  perform: (plan: CommandPlan<V>, values: V & CommonValues, words: readonly string[]) => Promise<void>,
): Command {
  const table = { ...plan.settings, ...commonSettings } as Settings<V & CommonValues>;
  const settings: Setting<unknown>[] = Object.values(table);
  const command = new Command(plan.name).description(plan.about);
  if (plan.words !== undefined) command.arguments(plan.words);
  for (const setting of settings) {
    command.addOption(optionOf(setting));
    if (setting.flag === 'color') command.addOption(new Option('--no-color').hideHelp());
  }
  if (plan.examples !== undefined) {
    const lines = plan.examples.map((line) => `  ${asCalled(line, program, [plan.name])}`);
    command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  }
  command.action(async () => {
    const given = givenFlags(command, settings);
    const absent = settings.filter(({ flag }) => given[flag] === undefined);
    checkKept(absent, plan.name, program, around.env);
    const values = readSettings(table, given, around);
    await perform(plan, values, command.args);
  });
  return command;
}
