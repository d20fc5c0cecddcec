/** Every snippet of the documents is what it says: it compiles as printed, and runs to its end or does what it is there for. */
import { beforeAll, describe, expect, test } from 'vitest';
import { documents, fencesOf } from './markdown.ts';
import { isSnippet, namesIn, placeOf, runFlaws, typeFlaws } from './snippets.ts';

const all = documents().flatMap((file) => fencesOf(file));
const snippets = all.filter(isSnippet);
const typed = snippets.filter(({ mark }) => mark?.kind !== 'not run');
const run = snippets.filter(({ mark }) => mark === undefined);
const files = [...new Set(run.map(({ file }) => file))];

test('there are snippets, and few that are not run', () => {
  expect(snippets.length).toBeGreaterThan(8);
  expect(run.length).toBeGreaterThan(snippets.length / 2);
});

test('a mark says why', () => {
  for (const fence of all) {
    if (fence.mark === undefined) continue;
    expect(fence.mark.reason.length, placeOf(fence)).toBeGreaterThan(12);
    const isRun = isSnippet(fence) || fence.language === 'console';
    expect(isRun, `${placeOf(fence)} is marked and would not be run anyway`).toBe(true);
  }
});

describe('compiles', () => {
  let flaws: Map<string, string[]>;
  beforeAll(() => {
    flaws = typeFlaws(typed);
  });

  test.each(typed.map(placeOf))('%s', (place) => {
    expect(flaws.get(place) ?? [], 'a name of the reader stands in test/docs/stage.ts').toEqual([]);
  });

  test('nothing else is wrong', () => {
    const places = new Set(typed.map(placeOf));
    expect([...flaws].filter(([place]) => !places.has(place))).toEqual([]);
  });
});

describe.each(files)('runs: %s', (file) => {
  const fences = run.filter((fence) => fence.file === file);
  let flaws: Map<string, string>;
  beforeAll(async () => {
    flaws = await runFlaws(fences, file);
  });

  test.each(fences.map(placeOf))('%s', (place) => {
    expect(flaws.get(place)).toBeUndefined();
  });
});

describe('what goes wrong is told', () => {
  const page = (code: string): string => `## Title\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
  const [wrongType, throwing, unknown, endless] = [
    page(`import { SmppClient } from '@chappe/smpp';\nawait SmppClient.connect(5);`),
    page(`import { SmppClient } from '@chappe/smpp';\nawait SmppClient.connect('http://127.0.0.1');`),
    page('await nobodyKnows();'),
    page('for await (const event of client.incoming()) {\n  break;\n}'),
  ].map((text, at) => fencesOf(`${at}.md`, text)[0]!) as [
    (typeof all)[0],
    (typeof all)[0],
    (typeof all)[0],
    (typeof all)[0],
  ];

  test('by the compiler', () => {
    const flaws = typeFlaws([wrongType, unknown]);
    expect(flaws.get('0.md:4')?.join()).toContain('TS2');
    expect(flaws.get('2.md:4')?.join()).toContain('nobodyKnows');
  });

  test('by running', async () => {
    const flaws = await runFlaws([throwing, unknown, endless], 'wrong');
    expect(flaws.get('1.md:4')).toContain('unknown scheme http');
    expect(flaws.get('2.md:4')).toContain('nobodyKnows is not defined');
    expect(flaws.size).toBe(3);
  });

  test('names that a snippet declares are its own', () => {
    expect(namesIn("await client.send({ to, text: 'Hi' });")).toEqual(['client', 'to']);
    expect(namesIn('await using client = await open();')).toEqual([]);
    expect(namesIn("import { test } from 'node:test';\ntest('x', run);")).toEqual([]);
  });
});
