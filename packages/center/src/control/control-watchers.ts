/** Those who watch a ControlStore: each is told in order what it has not heard of yet. */
import type { ControlListener, ControlNews } from './control-store.ts';

interface Watcher {
  readonly listener: ControlListener;
  /** The last revision that it has heard of. */
  heard: number;
}

/** The watchers of one store. */
export class ControlWatchers {
  readonly #read: (after: number) => readonly ControlNews[];
  readonly #watchers: Set<Watcher> = new Set();
  #isDue = false;

  /** `read`: the news after a revision, in order. What it throws is tried again at the next `tell`. */
  constructor(read: (after: number) => readonly ControlNews[]) {
    this.#read = read;
  }

  /** Whether nobody watches. */
  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  /** One more, who has heard of everything up to `after`; returns what ends it. */
  add(listener: ControlListener, after: number): () => void {
    const watcher = { listener, heard: after };
    this.#watchers.add(watcher);
    this.tell();
    return () => void this.#watchers.delete(watcher);
  }

  /** There may be news: whoever watches hears of them in the next microtask. */
  tell(): void {
    if (this.#isDue || this.isEmpty) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      for (const watcher of [...this.#watchers]) this.#tellOne(watcher);
    });
  }

  /** Nobody watches any more. */
  clear(): void {
    this.#watchers.clear();
  }

  #tellOne(watcher: Watcher): void {
    try {
      for (const news of this.#read(watcher.heard)) {
        if (!this.#watchers.has(watcher)) return;
        watcher.heard = news.revision;
        this.#hear(watcher, news);
      }
    } catch {
      // Whoever reads or writes there hears why.
    }
  }

  #hear({ listener }: Watcher, news: ControlNews): void {
    try {
      listener(news);
    } catch {
      // Its own affair: the others are told all the same.
    }
  }
}

/**
 * What there is to tell from what is known: the writes after `after`, or that it is not known which. `first` and `last`: the
 * revisions that are known, `last` 0 when there was no write.
 */
export function newsAfter(
  after: number,
  { first, last }: { readonly first: number; readonly last: number },
  read: () => readonly ControlNews[],
): readonly ControlNews[] {
  if (after === last) return [];
  // One of a time that there was not, as after an older copy has been put back, has heard of other writes.
  if (after > last || after < first - 1) return [{ revision: last, changed: undefined }];
  return read();
}
