import type { Config, Flaw, LoadedConfig, LoadOptions } from '../../src/index.ts';
import { flawText, loadConfig, PasswordHashes } from '../../src/index.ts';

/** What a test says beside the text. */
export interface LoadGiven {
  readonly env?: LoadOptions['env'];
  /** By path as seen from the folder of the configuration. */
  readonly files?: Readonly<Record<string, string>>;
  readonly hashes?: PasswordHashes;
  readonly known?: LoadOptions['known'];
  readonly check?: LoadOptions['check'];
  readonly ownAddresses?: LoadOptions['ownAddresses'];
}

/** Hashes that tell what was hashed. */
export function fakeHashes(): PasswordHashes {
  return new PasswordHashes(async (password) => `hash of ${password}`);
}

/** Loads a text as /etc/chappe/chappe.yaml, shown as chappe.yaml would be with its folder. */
export async function load(text: string, given: LoadGiven = {}): Promise<LoadedConfig> {
  const { env = {}, files = {}, hashes = fakeHashes(), known, check, ownAddresses } = given;
  const readFile = (path: string): string => {
    const found = files[path.replace(/^\/etc\/chappe\//, '')];
    if (found === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return found;
  };
  const path = '/etc/chappe/chappe.yaml';
  return await loadConfig({ text, path, env, readFile, hashes, known, check, ownAddresses });
}

/** The configuration; fails with all flaws when there is none. */
export async function loaded(text: string, given: LoadGiven = {}): Promise<Config> {
  const result = await load(text, given);
  if (result.ok) return result.config;
  throw new Error(result.flaws.map(flawText).join('\n'));
}

/** All flaws; fails when there are none. */
export async function flawsOf(text: string, given: LoadGiven = {}): Promise<readonly Flaw[]> {
  const result = await load(text, given);
  if (!result.ok) return result.flaws;
  throw new Error('there is nothing wrong with it');
}

/** Each flaw as `line:column message (hint)`; without a line where it has none. */
export async function short(text: string, given: LoadGiven = {}): Promise<string[]> {
  return (await flawsOf(text, given)).map(shortText);
}

/** A flaw in one line. */
export function shortText({ message, hint, place }: Flaw): string {
  const where =
    place === undefined ? '' : 'variable' in place ? `${place.variable} ` : `${place.line}:${place.column} `;
  return `${where}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** A file with one customer, one operator and one route. */
export const small = `accounts:
  - { systemId: acme, password: "\${PASSWORD}" }
connectors:
  - { name: op-a, host: smsc.example, systemId: us, password: "\${PASSWORD}" }
routes:
  - { name: all, via: op-a }
`;

/** Variables of it. */
export const smallEnv = { PASSWORD: 'pw' };
