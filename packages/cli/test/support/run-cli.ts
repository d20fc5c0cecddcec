/** The program: in this process, where that says enough, and in one of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { chappeArgs } from '../../../../test/support/our-programs.ts';
import { runProgram } from '../../src/program.ts';

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
  /** The script that the process thinks it runs; only in this process. */
  readonly script?: string;
}

/** A running program. */
export interface Running {
  /** The first line on either stream that has this in it. Rejects with all output when it ends before. */
  line(part: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

interface Streams {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

function collect({ stdout, stderr }: Streams, exit: Promise<number | null>, kill: Running['kill']): Running {
  const texts = { out: '', talk: '' };
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const closed = (
    [
      [stdout, 'out'],
      [stderr, 'talk'],
    ] as const
  ).map(async ([stream, name]) => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
    await once(stream, 'close');
  });
  const ended = exit.then(async (code) => {
    await Promise.all(closed);
    return { code, ...texts };
  });
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
  return { line, kill, ended };
}

/** Variables of this machine that are about Chappe, npm or colours are left out. */
function variables(more: RunOptions['env']): { [name: string]: string | undefined } {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(CHAPPE|npm)_/.test(name) && name !== 'FORCE_COLOR',
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more };
}

/** Starts it in a process of its own. */
export function spawnCli(args: readonly string[], { input, env }: RunOptions = {}): Running {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [...chappeArgs(), ...args], {
    env: variables(env),
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return collect(child, exit, (signal) => void child.kill(signal));
}

/** Starts it in this process, with streams and signals of its own. */
export function startCli(
  args: readonly string[],
  { input = '', env, script = 'chappe' }: RunOptions = {},
): Running {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const handlers = new Map<string, () => void>();
  const fake = {
    stdout,
    stderr,
    stdin: Readable.from([Buffer.from(input)]),
    env: variables(env),
    argv: ['node', script, ...args],
    on: (signal: string, handler: () => void) => handlers.set(signal, handler),
    exit: () => undefined,
  };
  const exit = runProgram(args, '0.0.0', fake as unknown as NodeJS.Process).then((code) => {
    stdout.end();
    stderr.end();
    return code;
  });
  return collect({ stdout, stderr }, exit, (signal) => handlers.get(signal)?.());
}

/** Runs it to its end, in this process. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return await startCli(args, options).ended;
}
