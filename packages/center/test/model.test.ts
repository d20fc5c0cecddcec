// The center against a simple model, in simulated time: whatever is submitted, cancelled, refused, delayed, failed and
// crashed, every accepted message ends in exactly one final state, with exactly the receipts asked for, in order.
import {
  Center,
  type Draft,
  isFinalState,
  MemoryStore,
  type Message,
  type Outcome,
  type Priority,
  receiptOnFailure,
  receiptOnSuccess,
  retryPolicy,
} from '@chappe/center';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FaultyStore } from './support/faulty-store.ts';
import { draft, plainReceipt, ScriptedConnector } from './support/rig.ts';
import { SimulatedClock, seeded, settle } from './support/simulated-clock.ts';

const lanes = ['x', 'y'] as const;
const accounts = ['a', 'b', 'c'] as const;
const outcomes = ['delivered', 'hold', 'retry', 'failed', 'released', 'unknown', 'sent'] as const;
type Script = (typeof outcomes)[number];

type Action =
  | {
      readonly do: 'submit';
      readonly count: number;
      readonly lane: string;
      readonly account: string;
      readonly priority: Priority;
      readonly receiptWanted: number;
      readonly dueInMs: number;
      readonly validMs: number;
    }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'room'; readonly lane: string; readonly room: number }
  | { readonly do: 'attach' | 'detach'; readonly lane: string }
  | { readonly do: 'script'; readonly lane: string; readonly script: Script }
  | { readonly do: 'release'; readonly lane: string; readonly script: Script }
  | { readonly do: 'cancel' | 'replace' | 'retry'; readonly pick: number }
  | { readonly do: 'fail'; readonly faults: readonly ('before' | 'after' | undefined)[] }
  | { readonly do: 'crash' };

const lane = fc.constantFrom<string>(...lanes, 'account:a');
const script = fc.constantFrom<Script>(...outcomes);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      count: fc.integer({ min: 1, max: 6 }),
      lane: fc.constantFrom<string>(...lanes),
      account: fc.constantFrom<string>(...accounts),
      priority: fc.constantFrom<Priority>(0, 0, 0, 1, 3),
      receiptWanted: fc.integer({ min: 0, max: 7 }),
      dueInMs: fc.constantFrom(0, 0, 0, 0, 5_000, 60_000),
      validMs: fc.constantFrom(8_000, 600_000, 600_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 15_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('room' as const), lane, room: fc.constantFrom(0, 1, 2, 5, 100) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('attach' as const, 'attach' as const, 'detach' as const),
      lane,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('script' as const), lane, script }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), lane, script }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'replace' as const, 'retry' as const),
      pick: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      faults: fc.array(fc.constantFrom('before' as const, 'after' as const, undefined), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);

interface Expected {
  readonly id: number;
  readonly receiptWanted: number;
  readonly key: string;
  /** Was retried, released, scheduled, replaced: it may be overtaken. */
  isDisturbed: boolean;
}

function outcomeOf(kind: Script): Outcome | undefined {
  switch (kind) {
    case 'hold':
      return undefined;
    case 'retry':
      return { kind: 'retry', error: 20, errorClass: 'busy' };
    case 'failed':
      return { kind: 'failed', state: 'undeliverable', error: 11 };
    case 'sent':
      return { kind: 'accepted', upstreamId: 'R' };
    case 'delivered':
    case 'released':
    case 'unknown':
      return { kind };
  }
}

/** One run of the system and of the model beside it. */
class World {
  readonly clock = new SimulatedClock();
  readonly disk = new MemoryStore();
  readonly accepted = new Map<number, Expected>();
  readonly finals = new Map<number, string>();
  readonly receipts = new Map<number, string[]>();
  readonly firstTries: Expected[] = [];
  readonly flying = new Set<number>();
  readonly wrong: string[] = [];
  readonly scripts = new Map<string, Script>();
  readonly connectors = new Map<string, ScriptedConnector>();
  store = new FaultyStore(this.disk);
  center = this.#newCenter();
  crashes = 0;
  unsettled = 0;

  #newCenter(): Center {
    const store = this.store;
    return new Center({
      store,
      clock: this.clock,
      random: seeded(7),
      receipt: plainReceipt,
      limits: { laneMessages: 4, memoryMessages: 12, sweepMs: 5_000, receiptValidityMs: 2_000_000 },
      retry: retryPolicy({ unknown: { longestMs: 60_000, attempts: 1_000 }, busy: { longestMs: 30_000 } }),
      onChange: (message, step) => {
        if (store.isDead || message.kind !== 'mt') return;
        const before = this.finals.get(message.id);
        if (before !== undefined) this.wrong.push(`${message.id} was ${before}, then ${step}`);
        if (isFinalState(message.state)) {
          this.finals.set(message.id, message.state);
          if (message.state === 'expired' && message.expiresMs > this.clock.nowMs())
            this.wrong.push('expired early');
        }
      },
    });
  }

  connector(name: string): ScriptedConnector {
    const known = this.connectors.get(name);
    if (known !== undefined) return known;
    const made = new ScriptedConnector();
    const { center } = this;
    const takeBack = made.cancel.bind(made);
    made.cancel = (message) => {
      const isBack = takeBack(message);
      if (isBack) this.flying.delete(message.id);
      return isBack;
    };
    made.answer = (message) => {
      if (center !== this.center) return undefined;
      this.#tried(name, message);
      const kind = this.scripts.get(name) ?? 'delivered';
      if (kind !== 'hold') this.#landed(message, kind);
      return outcomeOf(kind);
    };
    this.connectors.set(name, made);
    return made;
  }

  #tried(name: string, message: Message): void {
    const now = this.clock.nowMs();
    if (message.expiresMs <= now) this.wrong.push(`${message.id} tried after its validity`);
    if (message.dueMs > now) this.wrong.push(`${message.id} tried before it was due`);
    if (message.lane !== name) this.wrong.push(`${message.id} of ${message.lane} came out of ${name}`);
    if (this.flying.has(message.id)) this.wrong.push(`${message.id} tried twice at once`);
    if (this.finals.has(message.id)) this.wrong.push(`${message.id} tried after its end`);
    this.flying.add(message.id);
    if (message.kind !== 'mt') return;
    const expected = this.accepted.get(message.id);
    // What a crash kept from being acknowledged may still be delivered.
    if (expected === undefined && this.crashes === 0) this.wrong.push(`${message.id} was never accepted`);
    if (expected !== undefined && message.attempts === 0 && !this.firstTries.includes(expected)) {
      this.firstTries.push(expected);
    }
  }

  #landed(message: Message, kind: Script): void {
    this.flying.delete(message.id);
    const hasArrived = kind === 'delivered' || kind === 'failed' || kind === 'sent';
    const expected = this.accepted.get(message.id);
    if (expected !== undefined && !hasArrived) expected.isDisturbed = true;
    if (message.kind === 'receipt' && hasArrived && message.of !== undefined) {
      this.receipts.set(message.of, [...(this.receipts.get(message.of) ?? []), message.text ?? '']);
    }
  }

  async act(one: Action): Promise<void> {
    const { center } = this;
    switch (one.do) {
      case 'submit':
        return this.#submit(one);
      case 'advance':
        return this.clock.advance(one.ms);
      case 'room':
        this.connector(one.lane).room = one.room;
        this.connector(one.lane).ready?.();
        return;
      case 'attach':
        return center.attach(one.lane, this.connector(one.lane));
      case 'detach':
        return center.detach(one.lane);
      case 'script':
        this.scripts.set(one.lane, one.script);
        return;
      case 'release': {
        const connector = this.connector(one.lane);
        const kind = one.script === 'hold' ? 'delivered' : one.script;
        for (const { message } of connector.held) this.#landed(message, kind);
        return connector.release(outcomeOf(kind) as Outcome);
      }
      case 'cancel':
      case 'replace':
      case 'retry':
        return this.#operate(one.do, one.pick);
      case 'fail':
        this.store.faults.push(...one.faults);
        return;
      case 'crash':
        return this.#crash();
    }
  }

  #submit(one: Extract<Action, { do: 'submit' }>): void {
    const now = this.clock.nowMs();
    const made: Draft = draft({
      ...one,
      dueMs: now + one.dueInMs,
      expiresMs: now + one.dueInMs + one.validMs,
      destination: { ton: 1, npi: 1, digits: one.account },
    });
    const { store } = this;
    this.unsettled += 1;
    this.center.submit(
      Array.from({ length: one.count }, () => made),
      (error, messages) => {
        if (store.isDead) return;
        this.unsettled -= 1;
        if (error !== undefined && messages.length > 0) this.wrong.push('an error with messages');
        for (const { id } of messages) {
          if (!store.stored.has(id)) this.wrong.push(`${id} acknowledged before it was stored`);
          this.accepted.set(id, {
            id,
            receiptWanted: one.receiptWanted,
            key: `${one.lane} ${one.account} ${one.priority}`,
            isDisturbed: one.dueInMs > 0,
          });
        }
      },
    );
  }

  #operate(what: 'cancel' | 'replace' | 'retry', pick: number): void {
    const all = [...this.accepted.values()];
    const expected = all[pick % Math.max(1, all.length)];
    if (expected === undefined) return;
    const { center } = this;
    expected.isDisturbed = true;
    const { id } = expected;
    // Not awaited: they race with everything else. They settle when the store does.
    if (what === 'retry') void center.retryNow(id);
    else if (what === 'replace') void center.replace({ id }, { text: 'other' });
    else {
      void center.cancel({ id }).then((result) => {
        if (center === this.center && result === 'cancelled' && this.finals.get(id) !== 'deleted') {
          this.wrong.push(`${id} was cancelled but is ${this.finals.get(id)}`);
        }
      });
    }
  }

  async #crash(): Promise<void> {
    this.store.isDead = true;
    const names = [...this.connectors.keys()];
    for (const name of names) this.center.detach(name);
    this.crashes += 1;
    this.unsettled = 0;
    this.flying.clear();
    this.connectors.clear();
    // What was with a connector, or was being saved, may be tried again in another order.
    this.store = new FaultyStore(this.disk);
    this.center = this.#newCenter();
    await this.center.start();
    for (const name of names) this.center.attach(name, this.connector(name));
  }

  /** Everything works again, and enough time passes. */
  async finish(): Promise<void> {
    this.store.faults.length = 0;
    for (const name of [...lanes, ...accounts.map((account) => `account:${account}`)]) {
      const connector = this.connector(name);
      connector.room = 1_000;
      this.scripts.set(name, 'delivered');
      this.center.attach(name, connector);
      for (const { message } of connector.held) this.#landed(message, 'delivered');
      connector.release({ kind: 'delivered' });
    }
    await this.clock.advance(3_000_000);
  }

  async check(): Promise<void> {
    expect(this.wrong).toEqual([]);
    expect(this.unsettled).toBe(0);
    for (const expected of this.accepted.values()) {
      const found = await this.center.find(expected.id);
      expect(found && isFinalState(found.state), `state ${found?.state}`).toBe(true);
      // A final state may be stored by a process that dies before it can say so.
      const told = this.finals.get(expected.id);
      if (told !== undefined || this.crashes === 0) expect(told).toBe(found?.state);
      const bit = found?.state === 'delivered' ? receiptOnSuccess : receiptOnFailure;
      const receipts = this.receipts.get(expected.id) ?? [];
      if ((expected.receiptWanted & bit) === 0) expect(receipts).toEqual([]);
      else if (this.crashes === 0) expect(receipts).toEqual([`${found?.state} ${found?.error}`]);
      else expect(new Set(receipts).size).toBe(1);
    }
    expect(this.center.unfinished).toBe(0);
    expect(this.center.depths().every((one) => one.waiting + one.queued + one.flying === 0)).toBe(true);
    this.#checkOrder();
  }

  #checkOrder(): void {
    const last = new Map<string, number>();
    for (const { id, key, isDisturbed } of this.firstTries) {
      if (isDisturbed) continue;
      expect(id, `order of ${key}`).toBeGreaterThan(last.get(key) ?? 0);
      last.set(key, id);
    }
  }
}

test('the center keeps its promises, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 5, maxLength: 60 }),
      fc.boolean(),
      async (actions, isPatient) => {
        const world = new World();
        await world.center.start();
        for (const name of lanes) world.center.attach(name, world.connector(name));
        for (const one of actions) {
          await world.act(one);
          if (isPatient) await settle();
        }
        await world.finish();
        await world.check();
      },
    ),
    { numRuns: Number(process.env.CHAPPE_RUNS ?? 150) },
  );
});
