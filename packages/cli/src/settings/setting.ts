/**
 * Settings: one table per command from which its flags, its environment variables, its help and the documentation
 * derive. A value comes from the flag, else from `CHAPPE_X`, else from the file that `CHAPPE_X_FILE` names, else it is
 * the default.
 */
import { usage } from '../failure.ts';

/** One setting with values of type T. */
export interface Setting<T> {
  /** Long flag without dashes. A switch that is on by default is shown as `--no-FLAG`. */
  readonly flag: string;
  readonly short?: string;
  /** What stands for the value in help; without it the setting is a switch. */
  readonly value?: string;
  /** May be given several times; the variable then has one per line. */
  readonly isRepeatable?: true;
  /** The variable; without it the setting has none, because it only makes sense on one command line. */
  readonly env?: string;
  /** A value of it is never shown. */
  readonly isSecret?: true;
  /** One line of help. */
  readonly about: string;
  readonly fallback: T;
  /** How the default is written in help; '' shows none. */
  readonly shown?: string;
  /** Reads the values given (a switch: `true` or `false`). Throws a `TypeError` that says what it should be. */
  readonly read: (texts: readonly string[]) => T;
}

/** The table of settings for an object of values. */
export type Settings<V> = { readonly [K in keyof V]: Setting<V[K]> };

/** Values as the command line gave them, by flag. */
export type GivenFlags = { readonly [flag: string]: readonly string[] | undefined };

/** The world around: variables, and reading a file (for `_FILE`). */
export interface Surroundings {
  readonly env: { readonly [name: string]: string | undefined };
  readFile(path: string): string;
}

/** The name of the variable that names a file. */
export function fileVariable(env: string): string {
  return `${env}_FILE`;
}

interface Given {
  readonly texts: readonly string[];
  /** Where it was given, for messages. */
  readonly where: string;
}

function fromVariable(setting: Setting<unknown>, text: string, where: string): Given {
  const texts = setting.isRepeatable
    ? text.split(/\r?\n/).filter((line) => line.trim() !== '')
    : [text.trim()];
  return { texts, where };
}

function givenOf(
  setting: Setting<unknown>,
  flags: GivenFlags,
  { env, readFile }: Surroundings,
): Given | undefined {
  const texts = flags[setting.flag];
  if (texts !== undefined) return { texts, where: `--${setting.flag}` };
  if (setting.env === undefined) return undefined;
  const text = env[setting.env];
  if (text !== undefined && text !== '') return fromVariable(setting, text, setting.env);
  const where = fileVariable(setting.env);
  const path = env[where];
  if (path === undefined || path === '') return undefined;
  try {
    return fromVariable(setting, readFile(path), where);
  } catch (error) {
    throw usage(`${where}: cannot read ${path}: ${(error as Error).message}`);
  }
}

/** All values of a table. Throws a `Failure` that names the flag or variable whose value cannot be. */
export function readSettings<V>(settings: Settings<V>, flags: GivenFlags, around: Surroundings): V {
  const values: { [name: string]: unknown } = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const given = givenOf(setting, flags, around);
    if (given === undefined) {
      values[name] = setting.fallback;
      continue;
    }
    try {
      values[name] = setting.read(given.texts);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const shown = setting.isSecret ? '' : ` ${JSON.stringify(given.texts.at(-1))}:`;
      throw usage(`${given.where}:${shown} ${error.message}`);
    }
  }
  return values as V;
}

/** The help line of a setting: what it is, its variable, its default. */
export function helpOf(setting: Setting<unknown>): string {
  const shown = setting.shown ?? (setting.value === undefined ? '' : String(setting.fallback ?? ''));
  const notes = [
    setting.isRepeatable ? 'repeatable' : '',
    shown === '' ? '' : `default ${shown}`,
    setting.env ?? '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? setting.about : `${setting.about} (${notes.join('; ')})`;
}

/** The long flag as it is typed: `--port`; a switch that is on by default has one that turns it off. */
export function longFlagOf({ flag, value, fallback }: Setting<unknown>): string {
  return `--${value === undefined && fallback === true ? 'no-' : ''}${flag}`;
}

/** The flag as it is shown in help: `-p, --port <port>`. */
export function flagOf(setting: Setting<unknown>): string {
  const value = setting.value === undefined ? '' : ` <${setting.value}>`;
  return `${setting.short === undefined ? '' : `-${setting.short}, `}${longFlagOf(setting)}${value}`;
}
