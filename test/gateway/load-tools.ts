/** The C load tools beside the repository: smppload submits, smppsink is an upstream. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../support/free-port.ts';
import { patienceMs, until } from '../support/inbox.ts';
import type { Requirement } from '../support/peer-programs.ts';
import { Program, run } from '../support/program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = join(process.env.CHAPPE_SHARED ?? join(root, '..', 'shared'), 'tools');

/** The sources of the load tools; CHAPPE_SHARED says where. */
export const loadTools: Requirement = {
  name: 'the load tools (CHAPPE_SHARED names the folder that has tools/)',
  there: () => existsSync(join(sources, 'smppsink.c')),
};

/** Both programs, built. */
export interface Tools {
  readonly smppload: string;
  readonly smppsink: string;
  /** Where they are; goes with `remove`, and so may other things of a run. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Builds the tools in a temporary folder. */
export async function buildTools(): Promise<Tools> {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-gateway-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await run('make', ['-C', sources, `BIN=${folder}`]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { smppload: join(folder, 'smppload'), smppsink: join(folder, 'smppsink'), folder, remove };
}

/** What smppsink counts. */
export interface SinkCounts {
  readonly msgs: number;
  readonly dlr_sent: number;
  readonly dlr_ack: number;
  readonly dlr_nok: number;
  readonly dlr_lost: number;
  readonly dlr_waiting: number;
  readonly throttled: number;
  readonly errors_sent: number;
  readonly connections: number;
}

/** One message that a sink accepted. */
export interface Accepted {
  readonly id: string;
  readonly to: string;
}

/** An upstream: smppsink. */
export class Sink {
  readonly program: Program;
  readonly port: number;
  readonly #file: string;

  private constructor(program: Program, port: number, file: string) {
    this.program = program;
    this.port = port;
    this.#file = file;
  }

  /** Starts one on a free port, or on that of one that ended; `args` are flags of smppsink. */
  static async start(tools: Tools, args: readonly string[], at?: number): Promise<Sink> {
    const port = at ?? (await freePorts(1))[0] ?? 0;
    const file = join(tools.folder, `sink-${port}-${performance.now()}`);
    const program = new Program(tools.smppsink, ['-P', String(port), '-q', '-o', file, ...args]);
    return new Sink(program, port, file);
  }

  /** Counts so far; what it has accepted is on disk then. */
  async counts(): Promise<SinkCounts> {
    const before = this.program.lines.items.length;
    process.kill(this.program.pid, 'SIGUSR1');
    return until('counts of smppsink', async () => {
      const line = this.program.lines.items.slice(before).find(({ from }) => from === 'stderr');
      return line === undefined ? undefined : (JSON.parse(line.text) as SinkCounts);
    });
  }

  /** Everything it accepted up to the last `counts` or its ordered end. */
  async accepted(): Promise<readonly Accepted[]> {
    const text = await readFile(this.#file, 'latin1');
    return rowsOf(text).map(([id = '', to = '']) => ({ id, to }));
  }

  /** Ends in order. */
  async stop(): Promise<void> {
    // A stopped process takes no SIGTERM.
    if (this.program.running) this.signal('SIGCONT');
    await this.program.stop();
  }

  /** Sends a signal to its process. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.program.pid, signal);
  }
}

/** What smppload was told of one submission. */
export interface Told {
  /** A: accepted, E: refused, U: the connection broke before the answer. */
  readonly kind: 'A' | 'E' | 'U';
  /** Our message id (A), or the command_status (E). */
  readonly id: string;
  readonly to: string;
}

/** What smppload counts. */
export interface LoadCounts {
  readonly receipts: number;
  readonly dup_receipts: number;
  readonly receipts_missing: number;
  readonly receipts_not_delivrd: number;
  readonly total: {
    readonly sent: number;
    readonly answered: number;
    readonly ok: number;
    readonly unknown: number;
    readonly drops: number;
    readonly binds: number;
  };
  readonly errors: Readonly<Record<string, number>>;
}

/** A customer under load: smppload. */
export class Load {
  readonly program: Program;
  readonly #file: string;

  private constructor(program: Program, file: string) {
    this.program = program;
    this.#file = file;
  }

  /** Begins at once; `args` are flags of smppload. */
  static start(tools: Tools, port: number, args: readonly string[]): Load {
    const file = join(tools.folder, `load-${port}-${performance.now()}`);
    const flags = ['-P', String(port), '-u', 'load', '-p', 'secret', '-o', file];
    return new Load(new Program(tools.smppload, [...flags, ...args]), file);
  }

  /** Submits no more; answers and receipts are still taken. It ends when all have come, or when told so again. */
  quiet(): void {
    if (this.program.running) process.kill(this.program.pid, 'SIGINT');
  }

  /** Its counts at its end, which is waited for. */
  async end(deadlineMs: number = patienceMs): Promise<LoadCounts> {
    const line = await this.program.line('its result', ({ text }) => text.startsWith('{'), deadlineMs);
    await this.program.exit;
    return JSON.parse(line.text) as LoadCounts;
  }

  /** Every submission, after its end. */
  async told(): Promise<readonly Told[]> {
    const text = await readFile(this.#file, 'latin1');
    return rowsOf(text).map(([kind, id = '', to = '']) => ({ kind: kind as Told['kind'], id, to }));
  }
}

function rowsOf(text: string): string[][] {
  const rows = text.split('\n');
  rows.pop();
  return rows.map((row) => row.split('\t'));
}
