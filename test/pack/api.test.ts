/** What the reports and the reference say of a package is read from its declarations, whatever these look like. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Offer } from '../../scripts/api/built.ts';
import { DoorReader } from '../../scripts/api/doors.ts';
import { pagesOf } from '../../scripts/api/reference.ts';
import { reportOf } from '../../scripts/api/report.ts';
import { root } from '../../scripts/packages.ts';

const files = {
  'index.d.ts': `/** The door. */
export * from '@chappe/protocol';
export { addressKey } from '@chappe/smpp';
export { Tower, type Arm } from './tower.ts';
export { watch } from './watch.ts';
export * as marks from './marks.ts';
export { DEFAULTS as defaults } from './defaults.ts';
`,
  'tower.d.ts': `import type { Signal } from './signal.ts';
import type { TowerBase } from './base.ts';
/** One arm. */
export type Arm = 'left' | 'right';
/**
 * A tower.
 *
 * Has \`arms\`.
 */
export declare class Tower extends TowerBase {
    #private;
    /** What it shows: \`'/** no comment'\`. */
    readonly path: '/** kept */';
    show(signal: Signal): Promise<void>;
    private constructor();
}
`,
  'base.d.ts': `/** Below it. */
export declare class TowerBase {
    base(): void;
}
/** Nobody meets it. */
export interface Unmet {
    readonly x: 1;
}
`,
  'signal.d.ts': `/** A position. */
export interface Signal {
    readonly arms: readonly Depth[];
}
/** Deeper. */
interface Depth {
    readonly degrees: number;
}
export {};
`,
  'watch.d.ts': `/** Watches. */
export declare function watch(tower: string): number;
export declare function watch(tower: number): string;
`,
  'marks.d.ts': `/** A mark. */
export declare const mark: unique symbol;
/** Its type. */
export type Mark = typeof mark;
`,
  'defaults.d.ts': `/** As shipped. */
export declare const DEFAULTS: {
    /** Of each. */
    readonly arms: 2;
};
`,
};

function offerOf(texts: Readonly<Record<string, string>>): Offer {
  // Beside the packages, so that it finds them.
  const home = mkdtempSync(join(root, 'build', 'api-test-'));
  try {
    mkdirSync(join(home, 'dist'));
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(home, 'dist', name), text);
    const manifest = {
      name: '@chappe/tower',
      version: '1',
      exports: { '.': { default: './dist/index.js' } },
    };
    const found = { name: manifest.name, path: 'packages/tower', folder: home, manifest };
    using reader = new DoorReader([found]);
    return { ...found, doors: reader.doorsOf(found) };
  } finally {
    rmSync(home, { recursive: true });
  }
}

mkdirSync(join(root, 'build'), { recursive: true });
// The tower hands on what these two offer; a fresh clone has not built them.
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const below = ['packages/protocol', 'packages/smpp'];
const build = spawnSync(process.execPath, [compiler, '-b', ...below], { cwd: root, encoding: 'utf8' });
if (build.status !== 0) throw new Error(build.stdout);
const offer = offerOf(files);
const report = reportOf(offer);

test('a report has each name with its declaration, and no comment', () => {
  expect(report).toMatchInlineSnapshot(`
    "# What @chappe/tower offers

    Written by \`npm run api\` from the declarations; \`npm run check\` compares.

    ## @chappe/tower

    All of @chappe/protocol, and:

    \`\`\`ts
    export type Arm = 'left' | 'right';

    export class Tower extends TowerBase {
        #private;
        readonly path: '/** kept */';
        show(signal: Signal): Promise<void>;
        private constructor();
    }

    // as defaults
    export const DEFAULTS: {
        readonly arms: 2;
    };

    // as marks.Mark
    export type Mark = typeof mark;

    // as marks.mark
    export const mark: unique symbol;

    export function watch(tower: string): number;
    export function watch(tower: number): string;
    \`\`\`

    Handed on: \`addressKey\` of @chappe/smpp.

    Met by users in the types above, and not exported:

    \`\`\`ts
    interface Depth {
        readonly degrees: number;
    }

    export interface Signal {
        readonly arms: readonly Depth[];
    }

    export class TowerBase {
        base(): void;
    }
    \`\`\`
    "
  `);
});

test('what is changed below a door shows, and what nobody meets does not', () => {
  const changed = (file: keyof typeof files, from: string, to: string): string => {
    expect(files[file]).toContain(from);
    return reportOf(offerOf({ ...files, [file]: files[file].replace(from, to) }));
  };
  expect(changed('tower.d.ts', "| 'right'", "| 'right' | 'both'")).not.toBe(report);
  expect(changed('signal.d.ts', 'degrees: number', 'degrees: bigint')).not.toBe(report);
  expect(changed('base.d.ts', 'base(): void', 'base(): number')).not.toBe(report);
  expect(changed('watch.d.ts', 'tower: number', 'tower: bigint')).not.toBe(report);
  expect(changed('base.d.ts', 'readonly x: 1', 'readonly x: 2')).toBe(report);
  expect(changed('tower.d.ts', 'Has `arms`.', 'Has two.')).toBe(report);
});

test('the reference has every name with its words, and links between them', () => {
  const page = pagesOf([offer]).get('tower.html') ?? '';
  for (const id of ['Tower', 'Arm', 'watch', 'marks.mark', 'defaults', 'Signal']) {
    expect(page).toContain(`<h2 id="${id}">`);
  }
  expect(page).toContain('<p>Has <code>arms</code>.</p>');
  expect(page).toContain('<a href="tower.html#Signal">Signal</a>');
  expect(page).toContain('readonly <a href="tower.html#Depth">Depth</a>[]');
  expect(pagesOf([offer]).get('index.html')).toContain('href="tower.html"');
});
