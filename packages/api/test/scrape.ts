/** Reads what Prometheus reads. */

/** One sample. */
export interface Sample {
  readonly name: string;
  /** Name of its metric: without `_bucket`, `_sum`, `_count` of histograms. */
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One scrape. */
export interface Scrape {
  readonly samples: readonly Sample[];
  readonly types: ReadonlyMap<string, string>;
}

const labelPattern = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;

function labelsOf(inside: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (labelPattern.lastIndex = 0; labelPattern.lastIndex < inside.length; end = labelPattern.lastIndex) {
    const label = labelPattern.exec(inside);
    if (label === null) throw new Error(`no labels: ${inside.slice(end)}`);
    labels[label[1] ?? ''] = label[2] ?? '';
  }
  return labels;
}

/** Reads the text format 0.0.4 strictly: throws on any line that is not of it, and on a sample that is there twice. */
export function readScrape(text: string): Scrape {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    const comment = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line);
    if (line === '') continue;
    if (comment !== null) {
      if (comment[1] === 'TYPE') types.set(comment[2] ?? '', comment[3] ?? '');
      continue;
    }
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) throw new Error(`no line of the text format: ${line}`);
    const [, name = '', inside = '', value = ''] = match;
    if (Number.isNaN(Number(value))) throw new Error(`no value: ${line}`);
    const row = `${name}{${inside}}`;
    if (seen.has(row)) throw new Error(`twice: ${row}`);
    seen.add(row);
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    samples.push({ name, family, labels: labelsOf(inside), value: Number(value) });
  }
  return { samples, types };
}
