import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { patient } from '../support/patience.ts';
import { type ChildOptions, GatewayProcess, type GatewayReport } from './gateway-process.ts';
import { Load, type LoadCounts, type Tools } from './load-tools.ts';
import { credit, type SettingsOptions, settingsFor, type TestConnector } from './settings.ts';
import { type Stored, storedMessages } from './stored.ts';

/** How a run ended. */
export interface Ended {
  readonly counts: LoadCounts;
  readonly report: GatewayReport;
  /** By destination. */
  readonly stored: ReadonlyMap<string, readonly Stored[]>;
  /** How many messages of customers ended in each state. */
  readonly states: Readonly<Record<string, number>>;
}

const endMs = patient(45_000);
let runs = 0;

/** A gateway process and a customer's load on it; both end with the test. */
export class LoadRun {
  readonly options: ChildOptions;
  readonly #tools: Tools;
  gateway: GatewayProcess;
  #load: Load | undefined;

  private constructor(tools: Tools, options: ChildOptions, gateway: GatewayProcess) {
    this.#tools = tools;
    this.options = options;
    this.gateway = gateway;
  }

  /** Starts the gateway; its upstreams are bound when it settles. */
  static async start(
    tools: Tools,
    connectors: readonly TestConnector[],
    more: SettingsOptions & Pick<ChildOptions, 'validityMs' | 'port'> = {},
  ): Promise<LoadRun> {
    const options: ChildOptions = {
      data: join(tools.folder, `data-${++runs}`),
      settings: await settingsFor(connectors, more),
      validityMs: more.validityMs,
      port: more.port,
    };
    const run = new LoadRun(tools, options, await GatewayProcess.start({ ...options, credit }));
    onTestFinished(async () => {
      await run.#load?.program.stop('SIGKILL');
      await run.gateway.program.stop('SIGKILL');
    });
    await run.gateway.bound();
    return run;
  }

  /** Begins to submit, a receipt wanted for each. */
  load(count: number, ...flags: readonly string[]): Load {
    const wanted = ['-d', '-n', String(count), '-R', String(endMs / 1_000), ...flags];
    this.#load = Load.start(this.#tools, this.gateway.port, wanted);
    return this.#load;
  }

  /** Kills the gateway and starts it again on the same folder. */
  async restart(): Promise<void> {
    await this.gateway.kill();
    this.gateway = await GatewayProcess.start(this.options);
  }

  /** Waits until the customer has as many receipts as it had messages accepted; then for `rest`; looks at the disk. */
  async end(rest: () => Promise<unknown> = () => Promise.resolve()): Promise<Ended> {
    const counts = await this.#load!.end(endMs);
    await rest();
    const report = await this.gateway.report();
    await this.gateway.stop();
    const stored = await storedMessages(this.options.data);
    const states: Record<string, number> = {};
    for (const { state } of [...stored.values()].flat()) states[state] = (states[state] ?? 0) + 1;
    return { counts, report, stored, states };
  }
}

/** No acknowledged message without an outcome, no outcome without a receipt, no receipt without a message. */
export function expectAllOver({ counts, report, stored }: Ended, submitted: number): void {
  expect(counts.total).toMatchObject({ sent: submitted, ok: submitted });
  expect(counts).toMatchObject({ receipts: submitted, receipts_missing: 0, dup_receipts: 0 });
  const all = [...stored.values()].flat();
  expect(all).toHaveLength(submitted);
  expect(all.filter(({ isFinal }) => !isFinal)).toEqual([]);
  expect(report.unmatched).toEqual([]);
  expectBooksClosed(report);
}

/** Nothing is reserved any more, everything adds up, and nothing went wrong inside. */
export function expectBooksClosed(report: GatewayReport): void {
  expect(report.tallies.map(({ reserved }) => reserved)).toEqual([0]);
  expect(report.tallies[0]?.accepted).toBeGreaterThan(0);
  expect(report.discrepancies).toEqual([]);
  expect(report.errors).toEqual([]);
}
