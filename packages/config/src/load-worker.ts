/** The thread in which a configuration is read again while the gateway goes on: whatever it is told, it says in parts. */
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { ListFile, type ListFileData, NumberTable } from '@chappe/policy';
import { type FileAccess, type KnownList, ListFiles, withLists } from './list-files.ts';
import { type LoadedConfig, loadConfig } from './load.ts';
import type { PasswordHashes } from './passwords.ts';
import type { MoForms } from './schema/mo-forms.ts';

/** What the thread is started with. */
export interface LoadTask {
  /** Marks it among the threads of the program. */
  readonly chappeConfig: true;
  readonly path: string;
  readonly text: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Lists that are there already: what tells whether they have changed, and how they are recognised. */
  readonly lists: ReadonlyMap<string, Pick<KnownList, 'mark'> & Omit<ListFileData, 'table'>>;
}

/** Passwords to be hashed: whoever started the thread knows those of the time before. It answers with the hashes. */
export interface HashRequest {
  readonly kind: 'hash';
  readonly passwords: Parameters<PasswordHashes['hashAll']>[0];
}

/** Some entries of a list of the settings, which are too many for one message. The next ones are asked for. */
export interface LoadedPart {
  readonly kind: 'part';
  readonly list: PartedList;
  readonly entries: readonly unknown[];
}

/** Everything else, at the end. */
export interface LoadedRest {
  readonly kind: 'rest';
  /** Without the entries that came before; list files stand there without their tables. */
  readonly loaded: LoadedConfig;
  /** `table` undefined: it is as it was. */
  readonly lists: ReadonlyMap<string, Pick<KnownList, 'mark'> & PartialListFile>;
}

/** A list file, its table only where it is new. */
export type PartialListFile = Omit<ListFileData, 'table'> & Partial<Pick<ListFileData, 'table'>>;

/** The lists that come in parts. */
export const partedLists = ['accounts', 'connectors', 'routes', 'mo'] as const;
/** One of them. */
export type PartedList = (typeof partedLists)[number];

// A millisecond or two of the other thread.
const entriesPerPart = 500;

/** Files of this machine. */
export const realFiles: FileAccess = {
  read: (path) => readFileSync(path, 'utf8'),
  mark: (path) => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join(':');
    } catch {
      // Reading it says what is wrong.
      return undefined;
    }
  },
};

/**
 * Reads a configuration, if this thread was started for that; true when it was. A file of the program calls it and is
 * given to `loadInThread`. `actions`: as `loadConfig` takes them.
 */
export function runLoadWorker(actions?: MoForms): boolean {
  const task = workerData as Partial<LoadTask> | null | undefined;
  if (isMainThread || parentPort === null || task?.chappeConfig !== true) return false;
  void load(task as LoadTask, parentPort, actions);
  return true;
}

async function load(
  task: LoadTask,
  port: NonNullable<typeof parentPort>,
  actions: MoForms | undefined,
): Promise<void> {
  const known = new Map(
    [...task.lists].map(([key, { mark, file, kind, digest }]) => [
      key,
      // Nobody asks it anything here.
      { mark, list: new ListFile(file, kind, digest, new NumberTable()) },
    ]),
  );
  const lists = new ListFiles(realFiles, known);
  const hashes: Pick<PasswordHashes, 'hashAll'> = {
    hashAll: async (passwords) => {
      if (passwords.length === 0) return [];
      port.postMessage({ kind: 'hash', passwords } satisfies HashRequest);
      const [answer] = await once(port, 'message');
      return answer as string[];
    },
  };
  const { path, text, env } = task;
  const read = realFiles.read;
  const loaded = await loadConfig({ text, path, env, readFile: read, hashes, lists, actions });
  const used = new Set<ListFile>();
  if (loaded.ok) {
    withLists(loaded.config.settings, (list) => {
      used.add(list);
      return list;
    });
    for (const list of partedLists) {
      const all = loaded.config.settings[list];
      for (let from = 0; from < all.length; from += entriesPerPart) {
        port.postMessage({
          kind: 'part',
          list,
          entries: all.slice(from, from + entriesPerPart),
        } satisfies LoadedPart);
        await once(port, 'message');
      }
    }
  }
  const transfer: ArrayBuffer[] = [];
  // Of a faulty configuration nothing is used; lists that are no longer named are forgotten.
  const told = [...lists.known]
    .filter(([, { list }]) => used.has(list))
    .map(([key, { mark, list }]) => {
      const { table, ...names } = list.data;
      const isKnown = known.get(key)?.list === list;
      if (!isKnown) transfer.push(table.exact.buffer, table.prefixes.buffer);
      return [key, { mark, ...names, ...(isKnown ? {} : { table }) }] as const;
    });
  port.postMessage(
    {
      kind: 'rest',
      loaded: withoutParts(loaded),
      lists: new Map(told),
    } satisfies LoadedRest,
    transfer,
  );
}

function withoutParts(loaded: LoadedConfig): LoadedConfig {
  if (!loaded.ok) return loaded;
  const { config } = loaded;
  const empty = Object.fromEntries(partedLists.map((list) => [list, []])) as unknown as {
    [L in PartedList]: [];
  };
  return { ...loaded, config: { ...config, settings: { ...config.settings, ...empty } } };
}
