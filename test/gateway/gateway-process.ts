import type { CenterCounters, Tally } from '@chappe/center';
import type { GatewaySettings } from '@chappe/policy';
import { until } from '../support/inbox.ts';
import { argsOf } from '../support/our-programs.ts';
import { patient } from '../support/patience.ts';
import { Program } from '../support/program.ts';

/** What the child process is told. */
export interface ChildOptions {
  /** Its data folder. */
  readonly data: string;
  /** SMPP port; default any free one. */
  readonly port?: number | undefined;
  readonly settings: GatewaySettings;
  /** Validity of messages that do not say; default the gateway's. */
  readonly validityMs?: number | undefined;
  /** Money put on accounts at this start, in millionths. */
  readonly credit?: Readonly<Record<string, number>> | undefined;
}

/** One upstream as the gateway sees it. */
export interface UpstreamReport {
  readonly name: string;
  readonly isUsable: boolean;
  readonly breaker: string;
  readonly outstanding: number;
  readonly unsaved: number;
  readonly sessions: number;
  readonly submitted: number;
  readonly taken: number;
  readonly refused: number;
  readonly throttled: number;
  readonly postponed: number;
  readonly unanswered: number;
  readonly receipts: number;
  readonly receiptsUnmatched: number;
  readonly receiptsRepeated: number;
  readonly mo: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** What a running gateway says about itself. */
export interface GatewayReport {
  readonly center: CenterCounters;
  readonly unfinished: number;
  readonly lanes: readonly {
    readonly lane: string;
    readonly waiting: number;
    readonly queued: number;
    readonly flying: number;
  }[];
  readonly upstreams: readonly UpstreamReport[];
  readonly unmatched: readonly { readonly ids: readonly string[]; readonly text: string | undefined }[];
  /** Empty in a brief report. */
  readonly tallies: readonly Tally[];
  /** What the ledger's check found; empty when it adds up to zero, and in a brief report. */
  readonly discrepancies: readonly unknown[];
  readonly refusals: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
}

interface Said {
  readonly ready?: number;
  readonly question?: string;
  readonly report?: GatewayReport;
  readonly failed?: string;
}

// A day's file of a killed process is read and mended first.
const startMs = patient(30_000);

/** A gateway in a process of its own. */
export class GatewayProcess {
  readonly program: Program;
  readonly port: number;
  #questions = 0;

  private constructor(program: Program, port: number) {
    this.program = program;
    this.port = port;
  }

  /** Starts the process without waiting for anything. */
  static launch(options: ChildOptions): Program {
    return new Program(process.execPath, [
      ...argsOf('test/gateway/gateway-child.ts'),
      JSON.stringify(options),
    ]);
  }

  /** Starts it and waits until it listens. */
  static async start(options: ChildOptions): Promise<GatewayProcess> {
    const program = GatewayProcess.launch(options);
    const line = await program.line('its port', ({ text }) => read(text)?.ready !== undefined, startMs);
    return new GatewayProcess(program, read(line.text)?.ready ?? 0);
  }

  /** What it says about itself now; `full`: with its money, which takes long. */
  async report(kind: 'brief' | 'full' = 'full'): Promise<GatewayReport> {
    const question = `${kind} ${++this.#questions}`;
    this.program.write(question);
    const line = await this.program.line('report', ({ text }) => read(text)?.question === question, startMs);
    const said = read(line.text);
    if (said?.report === undefined) throw new Error(`no report: ${said?.failed}`);
    return said.report;
  }

  /** Waits until all its upstreams take messages. */
  async bound(): Promise<void> {
    await this.until('all upstreams to be bound', ({ upstreams }) => upstreams.every((one) => one.isUsable));
  }

  /** Asks until it says so; `what` is for people. */
  async until(
    what: string,
    holds: (report: GatewayReport) => boolean,
    deadlineMs = patient(30_000),
  ): Promise<GatewayReport> {
    let last: GatewayReport | undefined;
    try {
      return await until(
        what,
        async () => {
          last = await this.report('brief');
          return holds(last) ? last : undefined;
        },
        deadlineMs,
        50,
      );
    } catch (error) {
      throw new Error(`${what}: the gateway says ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** The end that no process can see coming. */
  async kill(): Promise<void> {
    process.kill(this.program.pid, 'SIGKILL');
    await this.program.exit;
  }

  /** Ends it in order; rejects when it had to be forced. */
  async stop(): Promise<void> {
    const { code, signal } = await this.program.stop();
    if (code !== 0) throw new Error(`the gateway ended with ${code ?? signal}:\n${this.program.output}`);
  }
}

function read(text: string): Said | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Said;
  } catch {
    return undefined;
  }
}
