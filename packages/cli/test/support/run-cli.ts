/** The real program, in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How a run ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly talk: string;
}

/** How it is run. */
export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: { readonly [name: string]: string };
}

/** A running program. */
export interface Running {
  /** The first line on either stream that has this in it. Rejects with all output when it ends before. */
  line(part: string): Promise<string>;
  write(text: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

function collect(child: ChildProcessWithoutNullStreams): Running {
  const texts = { out: '', talk: '' };
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'talk'],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  child.stdin.on('error', () => undefined);
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
  const line = (part: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((candidate) => candidate.includes(part));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      ended.then(({ code, out, talk }) => {
        look();
        reject(new Error(`ended with ${code} before ${JSON.stringify(part)}:\n${out}${talk}`));
      });
    });
  return {
    line,
    write: (text) => void child.stdin.write(text),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

/** Starts it. Variables of this machine that are about Chappe are left out. */
export function startCli(args: readonly string[], { input, env }: RunOptions = {}): Running {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('CHAPPE_') && name !== 'FORCE_COLOR',
  );
  const child = spawn(process.execPath, ['--conditions=chappe-source', main, ...args], {
    env: { ...Object.fromEntries(kept), NO_COLOR: '1', ...env },
  });
  const running = collect(child);
  if (input !== undefined) child.stdin.end(input);
  return running;
}

/** Runs it to its end. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return await startCli(args, { input: '', ...options }).ended;
}
