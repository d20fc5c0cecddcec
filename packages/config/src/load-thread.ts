/** Reads a configuration in a thread of its own, so that a large one keeps nobody waiting. */
import { Worker } from 'node:worker_threads';
import { systemClock } from '@chappe/center';
import { type GatewaySettings, inSlices, ListFile } from '@chappe/policy';
import type { Environment } from './interpolation.ts';
import { type KnownList, type ListFiles, listsChanged } from './list-files.ts';
import type { LoadedConfig } from './load.ts';
import type { HashRequest, LoadedPart, LoadedRest, LoadTask, PartedList } from './load-worker.ts';
import type { PasswordHashes } from './passwords.ts';

/** What `loadInThread` takes. */
export interface ThreadOptions {
  readonly text: string;
  readonly path: string;
  readonly env: Environment;
  readonly hashes: PasswordHashes;
  /** Learn what the thread has read. */
  readonly lists: ListFiles;
  /** The file that the thread runs; it calls `runLoadWorker`. */
  readonly workerUrl: URL;
}

/** As `loadConfig`, of files of this machine. Rejects when the thread cannot be had, or dies (too little memory). */
export function loadInThread(options: ThreadOptions): Promise<LoadedConfig> {
  const { text, path, env, hashes, lists, workerUrl } = options;
  const known = [...lists.known].map(([key, { mark, list }]) => {
    const { file, kind, digest } = list;
    return [key, { mark, file, kind, digest }] as const;
  });
  const task: LoadTask = {
    chappeConfig: true,
    path,
    text,
    env: { ...env },
    lists: new Map(known),
  };
  const worker = new Worker(workerUrl, { workerData: task, name: 'configuration' });
  const parts: { readonly [L in PartedList]: unknown[] } = {
    accounts: [],
    connectors: [],
    routes: [],
    mo: [],
  };
  return new Promise<LoadedConfig>((resolve, reject) => {
    worker.on('message', (said: HashRequest | LoadedPart | LoadedRest) => {
      if (said.kind === 'part') {
        parts[said.list].push(...said.entries);
        // One after the other: what lies ready is read in one turn, however much it is.
        worker.postMessage('more');
      } else if (said.kind === 'rest') resolve(whole(said, parts, lists));
      else hashes.hashAll(said.passwords).then((done) => worker.postMessage(done), reject);
    });
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`the thread that reads the configuration ended with ${code}`)),
    );
  });
}

/** Puts the parts together. List files have lost what they are on their way: their places are filled again. */
async function whole(
  { loaded, lists: told }: LoadedRest,
  parts: { readonly [L in PartedList]: readonly unknown[] },
  lists: ListFiles,
): Promise<LoadedConfig> {
  const byName = new Map<string, ListFile>();
  const known = new Map<string, KnownList>();
  for (const [key, { mark, table, ...names }] of told) {
    const before = lists.known.get(key)?.list;
    const list = table === undefined ? before : ListFile.of({ ...names, table });
    if (list === undefined) continue;
    known.set(key, { mark, list });
    byName.set(nameOf(names), list);
  }
  // What a faulty configuration names is not what is in force.
  if (!loaded.ok) return loaded;
  lists.take(known);
  const { config } = loaded;
  const settings = { ...config.settings, ...parts } as unknown as GatewaySettings;
  const filled = await inSlices(
    listsChanged(settings, (list) => byName.get(nameOf(list)) ?? list),
    systemClock,
  );
  return { ...loaded, config: { ...config, settings: filled } };
}

function nameOf({ file, kind, digest }: Pick<ListFile, 'file' | 'kind' | 'digest'>): string {
  return `${kind} ${digest} ${file}`;
}
