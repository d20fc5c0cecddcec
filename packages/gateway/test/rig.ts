/** A gateway in simulated time, with ESMEs over in-memory connections. Nothing here waits for the wall clock. */
import { MemoryStore, type Store } from '@chappe/center';
import type { Pdu, PduInput, PduOf, RequestName, ResponseOf } from '@chappe/protocol';
import { type HandsetOptions, type Handsets, Simulation } from '@chappe/sandbox';
import {
  type BindKind,
  memoryPair,
  type ResponseInput,
  type Session,
  SimulatedClock,
  SmppClient,
  type Version,
} from '@chappe/smpp';
import { Gateway, type GatewayOptions, type MoArguments } from '../src/index.ts';

export { SimulatedClock } from '@chappe/smpp';

/** 2026-07-20 12:00:00 UTC: where the simulated clock begins. */
export const start = Date.UTC(2026, 6, 20, 12);

/** Lets every callback that is ready run: in memory nothing takes longer than some turns of the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How an ESME binds. */
export interface EsmeOptions {
  readonly systemId?: string;
  readonly password?: string;
  readonly bind?: BindKind;
  readonly version?: Version;
  readonly addressRange?: string;
  /** Answers deliver_sm and data_sm; default: with ESME_ROK. `undefined`: never answers. */
  readonly answer?: (pdu: Pdu) => { readonly command_status?: number } | undefined;
}

/** One ESME. */
export class Esme {
  /** What came in: deliver_sm, data_sm and alert_notification. */
  readonly received: Pdu[] = [];
  client!: SmppClient;

  get session(): Session {
    const [session] = this.client.sessions;
    if (session === undefined) throw new Error('not bound');
    return session;
  }

  /** The deliver_sm that came in. */
  get deliveries(): PduOf<'deliver_sm'>[] {
    return this.received.filter((pdu) => pdu.command === 'deliver_sm');
  }

  /** Texts of the deliver_sm that came in, one character an octet. */
  get texts(): string[] {
    return this.deliveries.map((pdu) => Buffer.from(pdu.short_message).toString('latin1'));
  }

  /** Receipts among them, as `stat` words. */
  get stats(): string[] {
    return this.texts.flatMap((text) => / stat:(\w+) /.exec(text)?.[1] ?? []);
  }

  async request<C extends RequestName>(pdu: PduInput<C>): Promise<PduOf<ResponseOf<C>>> {
    return this.session.request(pdu);
  }

  /** Sends a submit_sm and gives its response; by default a plain text with a receipt wanted. */
  submit(fields: Partial<Omit<PduInput<'submit_sm'>, 'command'>> = {}): Promise<PduOf<'submit_sm_resp'>> {
    return this.request<'submit_sm'>(submission(fields));
  }

  /** Cuts the connection without a word. */
  async drop(): Promise<void> {
    this.client.destroy();
    await settled();
  }
}

/** A submit_sm with a good destination, text and receipt, but for the given fields. */
export function submission(
  fields: Partial<Omit<PduInput<'submit_sm'>, 'command'>> = {},
): PduInput<'submit_sm'> {
  return {
    command: 'submit_sm',
    source_addr_ton: 5,
    source_addr: 'ACME',
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: '447700900123',
    registered_delivery: 1,
    short_message: Buffer.from('Hello'),
    ...fields,
  };
}

const limits = {
  // Days go by in these tests; a look at the clock every second would be most of their work.
  sweepMs: 20_000,
  // And a real disk is slow beside a clock that is not.
  diskStalledMs: 24 * 3_600_000,
};

/** What a test says of its gateway, and of its handsets. */
export interface RigOptions extends Partial<GatewayOptions> {
  readonly handsets?: HandsetOptions;
}

/** A gateway and its clock. */
export class Rig {
  readonly clock: SimulatedClock;
  readonly errors: unknown[] = [];
  gateway!: Gateway;
  simulation!: Simulation;
  #esmes: Esme[] = [];

  constructor(clock: SimulatedClock = new SimulatedClock()) {
    this.clock = clock;
  }

  static async start(options: RigOptions = {}, store: Store = new MemoryStore()): Promise<Rig> {
    const rig = new Rig();
    await rig.open(options, store);
    return rig;
  }

  async open({ handsets, ...options }: RigOptions, store: Store): Promise<void> {
    const random = (): number => 0.5;
    this.simulation = new Simulation({ delayMs: [100, 100], ...handsets }, random);
    this.gateway = await Gateway.start({
      store,
      clock: this.clock,
      random,
      outlets: this.simulation,
      onError: (error, where) => this.errors.push([where, error]),
      ...options,
      smpp: { port: 0, ...options.smpp },
      center: { ...options.center, limits: { ...limits, ...options.center?.limits } },
    });
  }

  get handsets(): Handsets {
    return this.simulation.handsets;
  }

  /** A message from a handset. */
  fromHandset(input: MoArguments): Promise<{ ids: string[] }> {
    return this.simulation.send(this.gateway, input);
  }

  /** Binds an ESME; default a transceiver of 3.4 named `acme`. */
  async esme(options: EsmeOptions = {}): Promise<Esme> {
    const { answer = () => ({}), systemId = 'acme', password = 'secret', bind = 'transceiver' } = options;
    const esme = new Esme();
    const take = (pdu: Pdu): Promise<ResponseInput<'deliver_sm'> & ResponseInput<'data_sm'>> => {
      esme.received.push(pdu);
      const answered = answer(pdu);
      // Never settling is what a peer that never answers is.
      return answered === undefined ? new Promise(() => undefined) : Promise.resolve(answered);
    };
    esme.client = await SmppClient.connect(`smpp://${systemId}:${password}@memory:1`, {
      clock: this.clock,
      reconnect: false,
      version: options.version ?? 0x34,
      bind,
      window: 1_000,
      addressRange: options.addressRange ?? '',
      enquireLinkMs: 0,
      transport: () => {
        const [ours, theirs] = memoryPair();
        this.gateway.accept(theirs);
        return ours;
      },
      operations: { deliver_sm: take, data_sm: take },
      onAlert: (pdu) => void esme.received.push(pdu as Pdu),
    });
    this.#esmes.push(esme);
    await settled();
    return esme;
  }

  async stop(): Promise<void> {
    for (const esme of this.#esmes) esme.client.destroy();
    await settled();
    let isOver = false;
    const stopped = this.gateway.stop({ drainMs: 0 }).finally(() => {
      isOver = true;
    });
    // Upstreams that do not answer are given up after their time, which must pass.
    for (let step = 0; !isOver && step < 100; step += 1) await this.clock.advance(step === 0 ? 0 : 1_000);
    await stopped;
  }
}
