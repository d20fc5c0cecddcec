/** One YAML file to checked settings; or all that is wrong with it, at once. */
import { dirname, resolve } from 'node:path';
import type { GatewaySettings } from '@chappe/policy';
import type { Config } from './config.ts';
import { FileCheck } from './file-check.ts';
import { type Flaw, inOrder } from './flaw.ts';
import type { Environment } from './interpolation.ts';
import { ListFiles } from './list-files.ts';
import { knownNames } from './names.ts';
import { overrule } from './overrides.ts';
import type { PasswordHashes } from './passwords.ts';
import { ruleFlaws } from './rule-flaws.ts';
import { builtInForms } from './schema/built-in-actions.ts';
import type { ReadSections } from './schema/config-schema.ts';
import { defaultSections } from './schema/defaults.ts';
import type { KnownNames } from './schema/known-names.ts';
import { namedRule } from './schema/mo.ts';
import type { MoForms } from './schema/mo-forms.ts';
import type { ReadContext } from './schema/read-context.ts';
import { sharedKeys, weakSecrets } from './secret-strength.ts';
import { exposure, unwise } from './warnings.ts';
import { readDocument } from './yaml/document.ts';
import { type PlacedMap, placedAt } from './yaml/tree.ts';

/** What `loadConfig` takes. */
export interface LoadOptions {
  /** The text of the file. */
  readonly text: string;
  /** Its path, as it shall stand in flaws; files that it names are looked for beside it. */
  readonly path: string;
  readonly env: Environment;
  /** Reads a file as text; throws what `readFileSync` throws. */
  readonly readFile: (path: string) => string;
  /** Keep them from load to load: what was hashed once is not hashed again, and stays equal. */
  readonly hashes: Pick<PasswordHashes, 'hashAll'>;
  /** Keep them too: list files that did not change are not read again. Default: read by `readFile`. */
  readonly lists?: ListFiles | undefined;
  /** Addresses and names of this machine: connectors that lead back to it are told. Default none. */
  readonly ownAddresses?: readonly string[] | undefined;
  /** Names that entries made at run time have. */
  readonly known?: KnownNames | undefined;
  /** What rules for messages from handsets may do; default what they always may. */
  readonly actions?: MoForms | undefined;
  /** Whatever else must hold: throws a RangeError that says what does not. Called when all else is right. */
  readonly check?: ((settings: GatewaySettings) => void) | undefined;
}

/** A configuration, or what is wrong with it. */
export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly Flaw[];
      /** What makes it weak against strangers, and may be meant: to be told once, not at each reload. */
      readonly advice: readonly Flaw[];
    }
  | { readonly ok: false; readonly flaws: readonly Flaw[]; readonly warnings: readonly Flaw[] };

// A configuration of a hundred thousand routes has some ten million characters.
const maxCharacters = 64 * 1024 * 1024;
// More than anybody mends at one go.
const maxFlaws = 200;

/** Checks a file and reads it. Never rejects because of what is in it. */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { text, path, env } = options;
  if (text.length > maxCharacters)
    return failed([{ message: `${path} has more than ${maxCharacters} characters`, path: [] }], []);
  const { root: written, source, flaws } = readDocument(text.replace(/^\uFEFF/, ''), path, env);
  if (written === undefined) return failed(flaws, []);
  const overruled = overrule(written, env, options.readFile);
  const check = new FileCheck(overruled.root, source, flaws);
  for (const { variable, message } of overruled.flaws) check.flaws.push(ofVariable(variable, message));
  for (const { variable, message } of overruled.warnings) check.warnings.push(ofVariable(variable, message));
  check.undecoded();
  const known = knownNames(check.root, options.known ?? {});
  const world = worldOf(options, known);
  const sections = check.sections(world);
  if (sections === undefined || check.flaws.length > 0) return failed(check.flaws, check.warnings);
  check.flaws.push(...sharedKeys(sections).map((flaw) => check.placed(flaw)));
  const settings = await settingsOf(sections, options.hashes);
  check.rules(ruleFlaws(settings, world));
  check.whole(() => options.check?.(settings));
  if (check.flaws.length > 0) return failed(check.flaws, check.warnings);
  const data = dataFolder(check.root, sections, path);
  const config: Config = { ...defaultSections(sections), data, settings };
  for (const { message, hint, path: at } of unwise(config, options.ownAddresses ?? [], world.actions))
    check.warn(message, at, hint);
  const advice = [...exposure(config), ...weakSecrets(check.root, world)].map((flaw) => check.placed(flaw));
  const some = (flaws: readonly Flaw[]): Flaw[] => inOrder(flaws).slice(0, maxFlaws);
  return { ok: true, config, warnings: some(check.warnings), advice: some(advice) };
}

function failed(flaws: readonly Flaw[], warnings: readonly Flaw[]): LoadedConfig {
  const all = inOrder(flaws);
  const more = all.length - maxFlaws;
  const last = more > 0 ? [{ message: `and ${more} more`, path: [] }] : [];
  return {
    ok: false,
    flaws: [...all.slice(0, maxFlaws), ...last],
    warnings: inOrder(warnings).slice(0, maxFlaws),
  };
}

function ofVariable(variable: string, message: string): Flaw {
  return { message, path: [], place: { variable } };
}

/** Files are named as seen from the configuration. */
function worldOf(options: LoadOptions, known: KnownNames): ReadContext {
  const { path, readFile, lists, actions = builtInForms } = options;
  const beside = (name: string): string => resolve(dirname(path), name);
  const files = lists ?? new ListFiles({ read: readFile });
  return {
    known,
    actions,
    readFile: (name) => readFile(beside(name)),
    listFile: (name, kind, check) => files.list(name, beside(name), kind, check),
  };
}

/** The data folder of a file is beside it; that of a variable or by default is where the program was started. */
function dataFolder(root: PlacedMap, { data = './data' }: ReadSections, path: string): string {
  const placed = placedAt(root, ['data']);
  const isWritten = placed?.kind === 'scalar' && placed.variable === undefined;
  return isWritten && data !== ':memory:' ? resolve(dirname(path), data) : data;
}

async function settingsOf(sections: ReadSections, hashes: LoadOptions['hashes']): Promise<GatewaySettings> {
  const { accounts = [], connectors = [], routes = [], mo = [], webhooks = [] } = sections;
  const { unclaimed, filters, pumping } = sections;
  const plain = accounts.flatMap(({ settings, password }) =>
    password === undefined ? [] : [{ systemId: settings.systemId, password }],
  );
  const hashed = await hashes.hashAll(plain);
  let next = 0;
  return {
    accounts: accounts.map(({ settings, passwordHash }) => ({
      ...settings,
      passwordHash: passwordHash ?? hashed[next++] ?? '',
    })),
    connectors,
    routes,
    mo: mo.map(namedRule),
    webhooks,
    ...(unclaimed === undefined ? {} : { unclaimed }),
    ...(filters === undefined ? {} : { filters }),
    ...(pumping === undefined ? {} : { pumping }),
  };
}
