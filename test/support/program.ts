import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { Inbox } from './inbox.ts';
import { patient } from './patience.ts';

/** How a program ended. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line a program wrote. */
export interface Line {
  readonly from: 'stdout' | 'stderr';
  readonly text: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program gets this long to end after SIGTERM, then SIGKILL. */
const endGraceMs = patient(5_000);

/**
 * Kills the program when this process or worker dies without having stopped it (a hung hook, an interrupt): the guard
 * waits for the end of a pipe that nobody but us holds open. Without it a broken run would leave daemons behind.
 */
function guard(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const shell = spawn('sh', ['-c', 'read _; kill -9 $0', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  child.once('exit', () => shell.kill('SIGKILL'));
}

/** A program started by a test: its lines as they come, its end, and a stop that leaves nothing behind. */
export class Program {
  readonly lines: Inbox<Line> = new Inbox();
  readonly exit: Promise<ProgramExit>;
  readonly #child: ChildProcess;
  readonly #name: string;

  constructor(command: string, args: readonly string[], options: ProgramOptions = {}) {
    this.#name = command.split('/').at(-1) ?? command;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    guard(child);
    for (const from of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[from]!, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (text) => {
        this.lines.push({ from, text });
      });
    }
    // A peer that ends while a line is being written to it shows in `exit`, not as an unhandled EPIPE.
    child.stdin!.on('error', () => undefined);
    this.exit = new Promise((settle) => {
      child.once('error', (error) => {
        this.lines.push({ from: 'stderr', text: `cannot start ${command}: ${error.message}` });
        settle({ code: null, signal: null });
      });
      child.once('close', (code, signal) => settle({ code, signal }));
    });
  }

  /** The process id; 0 when the program could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether it still runs. */
  get running(): boolean {
    return this.pid !== 0 && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All that was written to stdout and stderr so far. */
  get output(): string {
    return this.lines.items.map((line) => line.text).join('\n');
  }

  /** Writes one line to its stdin. */
  write(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Waits for a line on either stream; rejects at once, with the output, when the program ends before it comes. */
  async line(what: string, matches: (line: Line) => boolean, deadlineMs?: number): Promise<Line> {
    const ended = this.exit.then((exit) => {
      const last = this.lines.items.find(matches);
      if (last) return last;
      throw new Error(`${this.#name} ended (${exit.code ?? exit.signal}) before ${what}:\n${this.output}`);
    });
    ended.catch(() => undefined);
    return await Promise.race([this.lines.next(`${what} of ${this.#name}`, matches, deadlineMs), ended]);
  }

  /** Ends it by its pid: the signal, then SIGKILL after a grace period. Safe to call twice. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProgramExit> {
    if (!this.running) return await this.exit;
    const cancelled = new AbortController();
    this.#child.kill(signal);
    const forced = after(endGraceMs, undefined, { signal: cancelled.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => undefined,
    );
    const exit = await this.exit;
    cancelled.abort();
    await forced;
    return exit;
  }
}

/** Runs a program to its end and gives its output; rejects when it does not end with 0. */
export async function run(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code === 0) return Buffer.concat(stdout).toString();
  throw new Error(`${command} ended with ${code ?? signal}:\n${Buffer.concat(stderr)}`);
}
