/** Bounds on labels: what peers or settings can make many of must not make as many time series. */

/** What is beyond a bound is one row. */
export const otherLabel = '(other)';
/** Accounts with rows of their own: an open gateway takes any system_id as one. */
export const maxAccountLabels = 100;
/** Connectors, routes, lanes and webhooks are written by hand; each is some ten rows. */
export const maxNameLabels = 300;

/** Gives each name its label: the first `most` different ones are their own, the others one together. */
export function boundedLabels(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= most) return otherLabel;
    known.add(name);
    return name;
  };
}

/** Rows of numbers by labels, added up where two names share a label. */
export class Sums<L extends string> {
  readonly #rows: Map<string, { readonly labels: Readonly<Partial<Record<L, string>>>; value: number }> =
    new Map();

  /** Adds to the row with these labels. */
  add(labels: Readonly<Partial<Record<L, string>>>, value: number): void {
    const key = Object.values(labels).join('\u0000');
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, { labels, value });
    else row.value += value;
  }

  /** All rows. */
  rows(): (readonly [Readonly<Partial<Record<L, string>>>, number])[] {
    return [...this.#rows.values()].map(({ labels, value }) => [labels, value] as const);
  }
}
