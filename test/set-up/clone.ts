/** A fresh clone of this repository, and an npm whose `ci` is over at once. */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notCloned = new Set(['node_modules', 'dist', 'build', 'data', '.git', '.chappe', '.vitest']);

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/**
 * What stands for npm's installation: `whole` puts everything in place; `nothing` does not, and what `lacks` something
 * leaves out one folder of node_modules, though both end well.
 */
export type FakeInstall = 'whole' | 'nothing' | { readonly fails: string } | { readonly lacks: string };

/** How a script is run. */
export interface Given {
  /** The Node of the machine. */
  readonly node: string;
  readonly install: FakeInstall;
  /** Another user than this one; only root may say so. */
  readonly uid?: number | undefined;
}

/** A clone without node_modules. */
export class Clone {
  readonly folder: string;
  readonly #tools: string;

  constructor() {
    const place = mkdtempSync(join(tmpdir(), 'chappe-clone-'));
    this.folder = join(place, 'chappe');
    this.#tools = join(place, 'tools');
    mkdirSync(this.#tools);
    // Others than the owner have to come in, too.
    chmodSync(place, 0o755);
    cpSync(root, this.folder, {
      recursive: true,
      filter: (path) => !notCloned.has(basename(path)) && !path.endsWith('.tsbuildinfo'),
    });
  }

  /** Takes node_modules away again. */
  forget(): void {
    rmSync(join(this.folder, 'node_modules'), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }

  /**
   * What npm does for `npm run NAME -- ARGS`: the script in a shell, node_modules first in PATH; the `npm` that the
   * set-up finds installs as it is told to.
   */
  run(script: string, args: readonly string[], { node, install, uid }: Given): Promise<Ended> {
    this.#fake(install);
    const words = args.map((word) => `'${word}'`).join(' ');
    const path = [join(this.folder, 'node_modules', '.bin'), this.#tools, dirname(node), process.env.PATH];
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', `${script} ${words}`], {
        cwd: this.folder,
        env: { ...process.env, npm_lifecycle_event: 'x', PATH: path.join(delimiter) },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid === undefined ? {} : { uid }),
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      }
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output }));
    });
  }

  #fake(install: FakeInstall): void {
    const npm = join(this.#tools, 'npm');
    writeFileSync(
      npm,
      `#!/bin/sh\necho "npm $*" >> '${this.#log}'\n[ "$1" = ci ] || exit 0\n${commandsOf(install)}\n`,
    );
    chmodSync(npm, 0o755);
  }

  get #log(): string {
    return join(this.#tools, 'log');
  }

  /** The commands that npm has been given. */
  get asked(): readonly string[] {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n');
  }
}

function commandsOf(install: FakeInstall): string {
  const installed = join(root, 'node_modules');
  if (install === 'whole') return `ln -s '${installed}' node_modules`;
  if (install === 'nothing') return '';
  if ('fails' in install) return `echo '${install.fails}' >&2; exit 1`;
  const links = `for one in '${installed}'/* '${installed}'/.[!.]*; do ln -s "$one" node_modules; done`;
  return `mkdir node_modules; ${links}; rm 'node_modules/${install.lacks}'`;
}
