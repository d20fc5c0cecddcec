/** What is compiled: for tests that want it done once. */
import { RE2JS } from 're2js';
import { vi } from 'vitest';
import { PrefixTrie } from '../../src/lists/prefix-trie.ts';

/** Watches from now on, until `vi.restoreAllMocks`. */
export class Compilations {
  readonly #patterns = vi.spyOn(RE2JS, 'compile');
  readonly #tries = vi.spyOn(PrefixTrie, 'steps');

  /** Regular expressions, as they were compiled one after the other. */
  get patterns(): readonly string[] {
    return this.#patterns.mock.calls.map(([pattern]) => pattern);
  }

  /** Tables of prefixes, each as its prefixes with commas. Without empty ones. */
  get tables(): readonly string[] {
    const all = this.#tries.mock.calls.map(([entries]) => entries.map(([prefix]) => prefix).join());
    return all.filter((prefixes) => prefixes !== '');
  }

  /** How often a pattern was compiled, or a part of one. */
  count(part: string): number {
    return this.patterns.filter((pattern) => pattern.includes(part)).length;
  }

  /** Forgets what was. */
  clear(): void {
    this.#patterns.mockClear();
    this.#tries.mockClear();
  }
}
