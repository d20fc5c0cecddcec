/**
 * What a snippet may use without saying where it comes from, as a reader would have it: a client, a place to store, a
 * number. Where a document needs another name it is added here.
 */
import assert from 'node:assert/strict';
import { type Sandbox, startSandbox } from '@chappe/sandbox';
import { SmppClient } from '@chappe/smpp';

/** What stands behind the names. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly tests: (() => unknown)[] = [];
  #client: SmppClient | undefined;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  static async open(): Promise<Stage> {
    return new Stage(await startSandbox());
  }

  /** The values of the names that a snippet uses. */
  async values(names: readonly string[]): Promise<Partial<StageNames>> {
    const { url } = this.sandbox;
    if (names.includes('client')) this.#client = await SmppClient.connect(url, { addressRange: '60100' });
    const all: StageNames = {
      assert,
      client: this.#client!,
      url,
      to: '447700900123',
      text: 'Hello',
      store: async () => 'stored-1',
      note: async () => undefined,
      confirmOrder: async (where, customer) => {
        await using shop = await SmppClient.connect(where, { systemId: 'shop', password: 'any' });
        await shop.send({ from: 'Shop', to: customer, text: 'Your order is on its way 📦' });
      },
      test: (_, run) => void this.tests.push(run),
    };
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  }

  async close(): Promise<void> {
    await this.#client?.close({ drainMs: 0 });
    await this.sandbox.close();
  }
}

/** The names and their types. */
export interface StageNames {
  readonly assert: typeof assert;
  /** Bound to a sandbox as 60100. */
  readonly client: SmppClient;
  /** Of that sandbox. */
  readonly url: string;
  readonly to: string;
  readonly text: string;
  /** Keeps what it is given, and has a name for it. */
  readonly store: (...what: unknown[]) => Promise<string>;
  readonly note: (...what: unknown[]) => Promise<void>;
  /** The code under test. */
  readonly confirmOrder: (url: string, customer: string) => Promise<void>;
  readonly test: (name: string, run: () => unknown) => void;
}

/** All of them. */
export const stageNames: readonly (keyof StageNames)[] = [
  'assert',
  'client',
  'url',
  'to',
  'text',
  'store',
  'note',
  'confirmOrder',
  'test',
];
