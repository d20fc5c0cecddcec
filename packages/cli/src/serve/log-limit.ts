/** So many lines about one thing in a minute; what is beyond is counted and told in the end. */

/** What was not told about one thing. */
export interface Suppressed {
  readonly key: string;
  readonly count: number;
}

interface Lines {
  logged: number;
  suppressed: number;
}

/** Limits of a `LineLimit`. */
export interface LineLimits {
  /** Lines about one thing between two calls of `turn`. */
  readonly perKey: number;
  /** Lines about all things between two calls of `turn`. */
  readonly inAll: number;
}

// Each name that a peer makes up is one; beyond, they are counted together.
const maxKeys = 1_000;
/** Counts what is beyond the limit of things. */
const others = '';

/** Decides which lines are written. The caller calls `turn` every minute. */
export class LineLimit {
  readonly #limits: LineLimits;
  readonly #keys: Map<string, Lines> = new Map();
  #logged = 0;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  /** Whether a line about that thing is to be written; else it is counted. */
  allows(key: string): boolean {
    const lines = this.#lines(key);
    if (lines.logged >= this.#limits.perKey || this.#logged >= this.#limits.inAll) {
      lines.suppressed += 1;
      return false;
    }
    lines.logged += 1;
    this.#logged += 1;
    return true;
  }

  /** A minute has passed: gives what was not told, most first, and begins anew. Things beyond the limit have key ''. */
  turn(): readonly Suppressed[] {
    const suppressed = [...this.#keys]
      .filter(([, lines]) => lines.suppressed > 0)
      .map(([key, lines]) => ({ key, count: lines.suppressed }))
      .sort((a, b) => b.count - a.count);
    this.#keys.clear();
    this.#logged = 0;
    return suppressed;
  }

  #lines(key: string): Lines {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    if (this.#keys.size >= maxKeys && key !== others) return this.#lines(others);
    const lines = { logged: 0, suppressed: 0 };
    this.#keys.set(key, lines);
    return lines;
  }
}
