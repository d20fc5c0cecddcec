/** What Prometheus makes of scrapes by the rules that are shipped: promtool says which alarms are raised, and when. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canRun, program, programPath } from '../../../../test/support/peer-programs.ts';
import { readScrape } from '../scrape.ts';

/** Seconds between scrapes, and between looks at the rules. */
export const scrapeSeconds = 15;

const rulesFile = fileURLToPath(new URL('../../../../grafana/alerts.yaml', import.meta.url));
const rulesText = readFileSync(rulesFile, 'utf8');
/** As the rules expect it: Prometheus writes these labels at each sample that it reads. */
const target = { instance: '127.0.0.1:8080', job: 'chappe' };

/** False, after a loud line, where promtool is not installed; in CI it must be. */
export function canJudge(): boolean {
  return canRun('alarms', [program('promtool')]);
}

/** Alarms that are raised `atMinutes` after the first scrape, each written `ChappeQueueOld lane=via:op-a`, and no others. */
export interface Expected {
  readonly atMinutes: number;
  readonly alerts: readonly string[];
}

/** One series as promtool reads it. */
interface Series {
  readonly series: string;
  readonly values: string;
}

const areAsked = new Map<string, boolean>();

/** The lines of a scrape that the rules ask for: a tenth of them, and there are hundreds of scrapes. */
function ofRules(scrape: string): string {
  const isAsked = (line: string): boolean => {
    const name = /^\w+/.exec(line)?.[0] ?? '';
    const known = areAsked.get(name) ?? (name !== '' && rulesText.includes(name));
    areAsked.set(name, known);
    return known;
  };
  return scrape.split('\n').filter(isAsked).join('\n');
}

/** `scrapes`: what /metrics gave, `scrapeSeconds` apart; undefined: nothing answered. */
function seriesOf(scrapes: readonly (string | undefined)[]): Series[] {
  const rows = new Map<string, (number | undefined)[]>();
  const put = (name: string, labels: Readonly<Record<string, string>>, at: number, value: number): void => {
    const all = Object.entries({ ...labels, ...target });
    const key = `${name}{${all.map(([label, text]) => `${label}=${JSON.stringify(text)}`).join(',')}}`;
    const row = rows.get(key) ?? new Array<undefined>(scrapes.length).fill(undefined);
    row[at] = value;
    rows.set(key, row);
  };
  for (const [at, text] of scrapes.entries()) {
    // Prometheus itself says this of each scrape.
    put('up', {}, at, text === undefined ? 0 : 1);
    for (const { name, labels, value } of text === undefined ? [] : readScrape(ofRules(text)).samples)
      put(name, labels, at, value);
  }
  return [...rows].map(([series, row]) => ({ series, values: valuesOf(row) }));
}

/** A series that a scrape lacks ends there for Prometheus, at once. */
function valuesOf(row: readonly (number | undefined)[]): string {
  return row
    .map((value, at) => {
      if (value !== undefined) return value;
      return at > 0 && row[at - 1] !== undefined ? 'stale' : '_';
    })
    .join(' ');
}

function sampleOf(alert: string): { readonly labels: string; readonly value: number } {
  const [name = '', ...labels] = alert.split(' ');
  const pairs = labels.map((pair) => pair.split('=') as [string, string]);
  const all = [['alertname', name] as [string, string], ...pairs];
  return {
    labels: `{${all.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`,
    value: 1,
  };
}

/** Throws with what promtool says, unless exactly these alarms are raised. */
export function judge(scrapes: readonly (string | undefined)[], expected: readonly Expected[]): void {
  const test = {
    interval: `${scrapeSeconds}s`,
    input_series: seriesOf(scrapes),
    promql_expr_test: expected.map(({ atMinutes, alerts }) => ({
      expr: 'max without (instance, job, alertstate, severity) (ALERTS{alertstate="firing"})',
      eval_time: `${atMinutes * 60}s`,
      exp_samples: alerts.map(sampleOf),
    })),
  };
  const folder = mkdtempSync(join(tmpdir(), 'chappe-alarms-'));
  try {
    const file = join(folder, 'test.yaml');
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({
        rule_files: [rulesFile],
        evaluation_interval: `${scrapeSeconds}s`,
        tests: [test],
      }),
    );
    promtool('test', 'rules', file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs promtool; throws with what it says when it is not content. */
function promtool(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(programPath('promtool') ?? 'promtool', args, {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`promtool ${args[0]} ${args[1]}: ${stdout}${stderr}`);
}

/** promtool on the rules themselves. */
export function checkRules(): void {
  promtool('check', 'rules', rulesFile);
}
