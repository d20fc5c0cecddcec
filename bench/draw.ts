/**
 * Draws bench/compare.json: for each figure how much of the other commit's it is, a bar for the median and a line from the
 * lowest to the highest of the rounds. Run: node --conditions=chappe-source bench/draw.ts, after bench/compare.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Figure {
  readonly figure: string;
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  readonly rounds: { readonly before: readonly number[]; readonly after: readonly number[] };
}

const path = (name: string): string => new URL(name, import.meta.url).pathname;
const { before, after, machine, figures } = JSON.parse(readFileSync(path('./compare.json'), 'utf8')) as {
  readonly before: string;
  readonly after: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
};

const ROW = 26;
const LEFT = 330;
const WIDTH = 420;
/** The ratio at the right end. */
const MOST = 3;
const x = (ratio: number): number => LEFT + (Math.min(ratio, MOST) / MOST) * WIDTH;

/** The spread of what was measured, against the median of the other commit. */
function row({ figure, before: was, after: is, ratio, rounds }: Figure, at: number): string {
  const y = 60 + at * ROW;
  const ratios = rounds.after.map((value) => value / was);
  const isLessBetter = /us\/|ms$|octets/.test(figure);
  const colour = (isLessBetter ? ratio <= 1 : ratio >= 1) ? '#2f7d4f' : '#b3541e';
  const label = `${was.toLocaleString('en', { maximumFractionDigits: 1 })} -&gt; ${is.toLocaleString('en', { maximumFractionDigits: 1 })}`;
  return `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${figure}</text>
<rect x="${LEFT}" y="${y + 3}" width="${(x(ratio) - LEFT).toFixed(1)}" height="14" fill="${colour}"/>
<line x1="${x(Math.min(...ratios)).toFixed(1)}" x2="${x(Math.max(...ratios)).toFixed(1)}" y1="${y + 10}" y2="${y + 10}" stroke="#222"/>
<text x="${(Math.max(x(ratio), x(Math.max(...ratios))) + 6).toFixed(1)}" y="${y + 14}">${ratio.toFixed(2)} (${label})</text>`;
}

const height = 60 + figures.length * ROW + 20;
const width = LEFT + WIDTH + 220;
writeFileSync(
  path('../docs/performance.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>Commit ${after} as a multiple of ${before}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="10" y="22" font-size="15">Commit ${after} as a multiple of ${before}, medians of ${figures[0]?.rounds.after.length ?? 0} interleaved rounds; the line spans the rounds</text>
<text x="10" y="42">${machine}; messages/s: more is better; us, ms, octets: less is better</text>
<line x1="${x(1)}" x2="${x(1)}" y1="52" y2="${height - 14}" stroke="#888" stroke-dasharray="3 3"/>
${figures.map(row).join('\n')}
</svg>
`,
);
