/** The dashboard and the alarms ask for metrics and labels that there are, and the runbook has a place for each alarm. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly severity: string;
  readonly summary: string;
  readonly description: string;
  readonly runbook_url: string;
}

/** Reads the rules of the file, which is written plainly: `key: value`, or a folded text of deeper lines. */
function rulesOf(text: string): Rule[] {
  return text
    .split(/^ {6}- (?=alert: )/m)
    .slice(1)
    .map((block) => {
      const folded = block
        .replaceAll(/>-\n/g, '')
        .replaceAll(/\n {10,}(?!summary|description|runbook_url)/g, ' ');
      const fields = [...folded.matchAll(/^ *(\w+): (.+)$/gm)].map(([, key = '', value = '']) => [
        key,
        value.trim(),
      ]);
      const { labels = '', ...rest } = Object.fromEntries(fields);
      return { ...rest, severity: /^\{ severity: (\w+) \}$/.exec(labels)?.[1] ?? '' } as Rule;
    });
}

const dashboard = JSON.parse(read('grafana/chappe.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
};
const rules = rulesOf(read('grafana/alerts.yaml'));

/**
 * Labels of each documented metric; those of histograms under all names that they are asked by. Prometheus itself says
 * `up` of each process that it reads.
 */
const documented = new Map<string, ReadonlySet<string>>([['up', new Set(['instance', 'job'])]]);
for (const [, name = '', type, labels = ''] of read('docs/metrics.md').matchAll(
  /^\| `(\w+)` \| (\w+) \| ([\w, ]*?) ?\|/gm,
)) {
  const set = new Set(['instance', ...labels.split(', ').filter((label) => label !== '')]);
  if (type !== 'histogram') documented.set(name, set);
  else
    for (const end of ['bucket', 'sum', 'count']) documented.set(`${name}_${end}`, new Set([...set, 'le']));
}

/** What is wrong with the names in an expression. */
function flawsOf(expr: string): string[] {
  const names = [...expr.matchAll(/\b(?:(?:chappe|process)_\w+|up\b)/g)].map(([name]) => name);
  const labels = names.map((name) => documented.get(name));
  const used = [
    ...[...expr.matchAll(/(\w+)\s*(?:=~|!=|=)\s*"/g)].map(([, label = '']) => label),
    ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
  ];
  return [
    ...(names.length === 0 ? ['no metric'] : []),
    ...names.filter((name) => !documented.has(name)),
    ...used.filter((label) => !labels.some((known) => known?.has(label))).map((label) => `label ${label}`),
  ];
}

describe('grafana/chappe.json', () => {
  const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');

  it('has a row for each subject', () => {
    expect(rows).toEqual(['Traffic', 'Latency', 'Errors', 'Queues', 'Connectors', 'Store', 'Node']);
  });

  it('asks for metrics and labels that there are, and shows labels that it asked for', () => {
    for (const { title, targets = [] } of panels) {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr, legendFormat } of targets) {
        expect([title, flawsOf(expr)]).toEqual([title, []]);
        const kept = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/,\s*/) ?? ['instance'];
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(kept, `${title}: ${expr}`).toContain(label);
      }
    }
    for (const { query } of dashboard.templating.list) {
      const [, name = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
      if (name !== '') expect(documented.get(name)?.has(label), query).toBe(true);
    }
  });

  it('has panels beside each other, none over another', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x} ${y}`), title).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
      }
    }
  });
});

describe('grafana/alerts.yaml', () => {
  it('asks for metrics and labels that there are', () => {
    for (const { alert, expr } of rules) expect([alert, flawsOf(expr)]).toEqual([alert, []]);
  });

  it('has alarms that are raised by their fault in a test, each', () => {
    const folder = new URL('alerts/', import.meta.url);
    const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const text = tests.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('');
    expect(
      rules.map(({ alert }) => alert).filter((alert) => !new RegExp(`'${alert}[ ']`).test(text)),
    ).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('says what it is about and what to do, with labels that the alarm has', () => {
    for (const { alert, expr, severity, summary, description } of rules) {
      expect(severity, alert).toMatch(/^(critical|warning)$/);
      const by = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/,\s*/);
      const [name = ''] = /\b(?:chappe_\w+|up\b)/.exec(expr) ?? [];
      for (const [, label = ''] of `${summary} ${description}`.matchAll(/\$labels\.(\w+)/g))
        expect(by ?? [...(documented.get(name) ?? [])], alert).toContain(label);
    }
  });
});

describe('docs/runbook.md', () => {
  const runbook = read('docs/runbook.md');
  const sections = new Map(
    runbook
      .split(/^### /m)
      .slice(1)
      .map((text) => [/^\w+/.exec(text)?.[0] ?? '', text] as const),
  );

  it('has a place for each alarm, to which the alarm leads, and for no other', () => {
    expect([...sections.keys()].sort()).toEqual(rules.map(({ alert }) => alert).sort());
    for (const { alert, runbook_url } of rules)
      expect(runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    for (const [alert, text] of sections) expect(text, alert).toMatch(/^- Look.*: [\s\S]+|^- Look and do: /m);
    for (const page of ['README.md', 'docs/metrics.md']) expect(read(page)).toContain('runbook.md');
  });

  it('names metrics, alarms and commands that there are', () => {
    const named = (pattern: RegExp): string[] => [...runbook.matchAll(pattern)].map(([, name = '']) => name);
    expect(
      named(/\b((?:chappe|process)_[a-z_]+)/g).filter(
        (name) => !documented.has(name) && !documented.has(`${name}_count`),
      ),
    ).toEqual([]);
    expect(named(/\b(Chappe[A-Z]\w+)/g).filter((name) => !sections.has(name))).toEqual([]);
    const commands = read('docs/cli.md');
    const words = [...runbook.matchAll(/`chappe (\w+) ([\w-]+)?/g)];
    expect(words.length).toBeGreaterThan(20);
    for (const [, command = '', verb = ''] of words) {
      const [, section = ''] = commands.split(`\n## ${command}\n`);
      const [own = ''] = section.split('\n## ');
      expect(own, `chappe ${command}`).not.toBe('');
      if (/^[a-z]+$/.test(verb))
        expect(own, `chappe ${command} ${verb}`).toMatch(new RegExp(`\\b${verb}\\b`));
    }
  });
});
