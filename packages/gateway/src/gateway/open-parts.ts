/** What a gateway needs before the rest of it can be put together, and how all of it is ended. */
import { type Center, type ControlStore, MemoryControl, type Recovery, systemRandom } from '@chappe/center';
import { Accounts, BindMemory, Logins, OptOuts, Sealing } from '@chappe/policy';
import { systemClock } from '@chappe/smpp';
import { Callbacks } from '../callbacks/callbacks.ts';
import { RunTimeEntries } from '../entries/run-time.ts';
import { Ledger } from '../money/ledger.ts';
import { TimeCounts } from '../observation/time-counts.ts';
import { makeCenter } from './center.ts';
import { accountsOf, type GatewayOptions } from './options.ts';

/** Read from the stores and the options. Nothing moves yet. */
export interface OpenedParts {
  readonly accounts: Accounts;
  readonly control: ControlStore;
  readonly optOuts: OptOuts;
  readonly entries: RunTimeEntries;
  readonly memory: BindMemory;
  /** Names and passwords that come by no bind. */
  readonly logins: Logins;
  /** URLs that are called about messages. */
  readonly callbacks: Callbacks;
  /** Open, without hooks. */
  readonly center: Center;
  readonly recovery: Recovery;
  readonly commitTimes: TimeCounts;
  readonly ledger: Ledger;
}

/** Reads them. Rejects as `Gateway.start` does; the stores that were given are closed then. */
export async function openParts(options: GatewayOptions): Promise<OpenedParts> {
  const { control = new MemoryControl(), sealing = new Sealing(), clock = systemClock } = options;
  const { rememberPasswords: passwords = true, onError = () => undefined, random = systemRandom } = options;
  const commitTimes = new TimeCounts();
  const center = makeCenter(options, clock, random, commitTimes);
  try {
    const digestKey = passwords ? sealing.keyFor('passwords that were right') : undefined;
    const accounts = await Accounts.create(accountsOf(options), undefined, digestKey);
    const entries = await RunTimeEntries.load(control, accounts, { ...options, sealing });
    const optOuts = await OptOuts.load(control);
    const memory = await BindMemory.load({ control, sealing, accounts, clock, passwords, onError });
    const recovery = await center.open();
    const ledger = await Ledger.open(control, () => center.tallies(), clock.nowMs());
    const logins = new Logins(accounts, clock);
    const callbacks = new Callbacks(center, clock, options.callbacks);
    const more = { recovery, commitTimes, ledger, logins, callbacks };
    return { accounts, control, optOuts, entries, memory, center, ...more };
  } catch (error) {
    // What cannot be closed either is not why it could not be opened.
    await Promise.allSettled([center.stop({ drainMs: 0 }), control.close()]);
    throw error;
  }
}

/**
 * Takes steps one after the other, each whatever has become of those before: one that fails must not leave a port taken
 * or a folder locked. Rejects with the first failure, after all of them.
 */
export async function takeSteps(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Takes steps at once. Rejects with the first failure, after all of them. */
export async function takeTogether(steps: readonly (() => unknown)[]): Promise<void> {
  const results = await Promise.allSettled(steps.map(async (step) => await step()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
