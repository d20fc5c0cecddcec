import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The folder of the load tools (smppload, smppsink): CHAPPE_TOOLS, or built from the sources beside the repository
 * (CHAPPE_SHARED) into a temporary folder.
 */
export function loadTools(): string {
  const given = process.env.CHAPPE_TOOLS;
  if (given !== undefined && existsSync(join(given, 'smppload'))) return given;
  const sources = join(process.env.CHAPPE_SHARED ?? join(root, '..', 'shared'), 'tools');
  if (!existsSync(sources))
    throw new Error(`no load tools: set CHAPPE_TOOLS, or CHAPPE_SHARED (not at ${sources})`);
  const folder = given ?? mkdtempSync(join(tmpdir(), 'chappe-tools-'));
  execFileSync(process.env.MAKE ?? 'make', ['-C', sources, `BIN=${folder}`], { stdio: 'ignore' });
  return folder;
}

/** Runs a program to its end and returns the last line of its output as JSON. */
export function jsonOf(program: string, args: readonly string[]): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (!last.startsWith('{')) reject(new Error(`${program} ended with ${code}: ${output.slice(-500)}`));
      else resolve(JSON.parse(last));
    });
  });
}

/** A child process of this script that has said its first line: what it said, and how to end it. */
export interface Started {
  readonly said: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program and waits for its first line of output. */
export function start(program: string, args: readonly string[]): Promise<Started> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (!output.includes('\n')) return;
      const stop = (): Promise<void> =>
        new Promise((stopped) => {
          child.once('close', () => stopped());
          child.kill('SIGTERM');
        });
      resolve({ said: output.trim(), pid: child.pid ?? 0, stop });
    });
  });
}

/** Starts a program that says nothing, in the background; returns what ends it. */
export function background(program: string, args: readonly string[]): () => Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return () => {
    child.kill('SIGTERM');
    return closed;
  };
}

/** Starts a script of this folder under this Node. */
export function startScript(script: string, args: readonly string[]): Promise<Started> {
  return start(process.execPath, ['--conditions=chappe-source', join(root, 'bench', script), ...args]);
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value of `--name` on the command line. */
export function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}
