/** The configuration on disk: read, and read again. */
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import {
  type Config,
  type HashPassword,
  ListFiles,
  type LoadedConfig,
  loadConfig,
  loadInThread,
  PasswordHashes,
  realFiles,
} from '@chappe/config';
import { checkSettings } from '@chappe/gateway';
import { isLoopback } from '@chappe/policy';
import { bundleUrl } from '../bundle-url.ts';
import { usage } from '../failure.ts';
import { actionForms } from './mo-actions.ts';

const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './load-worker.ts' : './load-worker.js',
  import.meta.url,
);

/** A configuration file. */
export class ConfigFile {
  readonly path: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #hashes: PasswordHashes;
  readonly #lists: ListFiles = new ListFiles(realFiles);

  /** `hashPassword`: of accounts whose passwords stand in the file. */
  constructor(path: string, env: NodeJS.ProcessEnv, hashPassword: HashPassword) {
    this.path = path;
    this.#env = env;
    this.#hashes = new PasswordHashes(hashPassword);
  }

  /** Reads and checks it. Rejects with a `Failure` when it cannot be read. */
  load(): Promise<LoadedConfig> {
    return loadConfig({
      text: this.#text(),
      path: this.path,
      env: this.#env,
      readFile: realFiles.read,
      hashes: this.#hashes,
      lists: this.#lists,
      actions: actionForms,
      check: (settings) => checkSettings(settings, actionForms),
      ownAddresses: ownAddresses(),
    });
  }

  /** As `load`, in a thread of its own, while this one goes on. Rejects also when there is no thread to be had. */
  reload(): Promise<LoadedConfig> {
    return loadInThread({
      text: this.#text(),
      path: this.path,
      env: this.#env,
      hashes: this.#hashes,
      lists: this.#lists,
      workerUrl: bundleUrl ?? workerUrl,
    });
  }

  #text(): string {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      throw usage(
        `the configuration cannot be read: ${(error as Error).message}`,
        'name it with --config or CHAPPE_CONFIG; examples/chappe.yaml is one to begin with',
      );
    }
  }
}

/** By what names and addresses this machine is called. */
function ownAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  );
  return [...addresses, hostname()];
}

/** Why a configuration that is right in itself is not served; undefined when it is. */
export function refusalOf({
  server,
  handsets,
  settings,
}: Config): { message: string; hint: string } | undefined {
  const { accounts, routes, connectors } = settings;
  const isRouted = routes.length + connectors.length > 0;
  if (accounts.length > 0 && !isRouted && !handsets.enabled) {
    return {
      message: 'there are no routes and no connectors: no message could go anywhere',
      hint: 'add connectors and routes; to try it with simulated handsets say handsets: {enabled: true}',
    };
  }
  const { listen, adminKeyHashes, keys } = server.http;
  const hasKeys = adminKeyHashes.length + keys.length > 0;
  if (listen !== undefined && !isLoopback(listen.host) && !hasKeys) {
    return {
      message: `http.listen ${listen.host} is open to the network, and nobody needs a key`,
      hint: 'give http.keys, or http.adminKeyHash, or stay on 127.0.0.1',
    };
  }
  return undefined;
}
