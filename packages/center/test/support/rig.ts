import {
  Center,
  type CenterOptions,
  type Connector,
  type Draft,
  MemoryStore,
  type Message,
  type Outcome,
  type Report,
  type Store,
} from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { SimulatedClock, seeded, settle } from './simulated-clock.ts';

/** A connector that writes down what it is given and answers as told. */
export class ScriptedConnector implements Connector {
  ready: (() => void) | undefined;
  room = 1_000;
  /** What to answer at once; undefined: nothing, the test reports later. */
  answer: (message: Message) => Outcome | undefined = () => ({ kind: 'delivered' });
  readonly got: Message[] = [];
  readonly held: { readonly message: Message; readonly report: Report }[] = [];

  capacity(): number {
    return this.room - this.held.length;
  }

  deliver(messages: readonly Message[], report: Report): void {
    for (const message of messages) {
      this.got.push({ ...message });
      const outcome = this.answer(message);
      if (outcome === undefined) this.held.push({ message, report });
      else report(message, outcome);
    }
  }

  cancel(message: Message): boolean {
    const at = this.held.findIndex((one) => one.message.id === message.id);
    if (at >= 0) this.held.splice(at, 1);
    return at >= 0;
  }

  /** Answers everything held. */
  release(outcome: Outcome): void {
    for (const { message, report } of this.held.splice(0)) report(message, outcome);
    this.ready?.();
  }

  get ids(): number[] {
    return this.got.map(({ id }) => id);
  }
}

/** A receipt that says state and error. */
export function plainReceipt(message: Message, state: string, error: number): Draft {
  return {
    kind: state === 'enroute' ? 'notice' : 'receipt',
    account: message.account,
    lane: `account:${message.account}`,
    source: message.destination,
    destination: message.source,
    of: message.id,
    content: Buffer.from(`${state} ${error}`),
    text: `${state} ${error}`,
  };
}

/** A draft with defaults. */
export function draft(fields: Partial<Draft> = {}): Draft {
  return {
    kind: 'mt',
    account: 'acme',
    lane: 'out',
    source: { ton: 5, npi: 0, digits: 'Chappe' },
    destination: { ton: 1, npi: 1, digits: '447700900123' },
    content: new Uint8Array([1]),
    text: 'hello',
    ...fields,
  };
}

/** A center in simulated time. */
export async function startRig(options: Partial<CenterOptions> = {}): Promise<{
  readonly center: Center;
  readonly clock: SimulatedClock;
  readonly store: Store;
  readonly out: ScriptedConnector;
  readonly back: ScriptedConnector;
  readonly errors: Error[];
}> {
  const clock = (options.clock as SimulatedClock | undefined) ?? new SimulatedClock();
  const store = options.store ?? new MemoryStore();
  const errors: Error[] = [];
  const center = new Center({
    clock,
    store,
    random: seeded(1),
    receipt: plainReceipt,
    onError: (error) => errors.push(error),
    ...options,
    // A real disk is slow beside a clock that is not.
    limits: { ...(store instanceof SqliteStore ? { diskStalledMs: 24 * 3_600_000 } : {}), ...options.limits },
  });
  await center.start();
  const out = new ScriptedConnector();
  const back = new ScriptedConnector();
  await settle();
  return { center, clock, store, out, back, errors };
}
