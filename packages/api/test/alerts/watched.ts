/** A real gateway in simulated time that is scraped like by Prometheus, with customers who send and operators who answer. */
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ControlStore, Store } from '@chappe/center';
import type { FastifyInstance } from 'fastify';
import type { Centre, ReceiptWords, Submitted } from '../../../gateway/test/network/centre.ts';
import { World, type WorldSettings } from '../../../gateway/test/network/world.ts';
import type { Esme } from '../../../gateway/test/rig.ts';
import { buildApi } from '../../src/index.ts';
import { type Expected, judge, scrapeSeconds } from './prometheus.ts';

/** As by default: the tests' own limits are for tests in which days go by. */
const center = { limits: { sweepMs: 1_000, diskStalledMs: 5_000 } };

/** What happens each second; `second` counts from the start. */
type Tick = (second: number) => void;

/** Something that goes wrong, and the alarms that are raised so many minutes later. */
export interface Fault {
  readonly name: string;
  readonly begin: () => unknown;
  readonly minutes: number;
  readonly alerts: readonly string[];
}

/** One gateway under watch. */
export class Watched {
  world: World;
  /** Lets one second go by; to be replaced where time goes otherwise. */
  second: (count: number) => Promise<void> = () => this.world.pass(1_000);
  readonly #scrapes: (string | undefined)[] = [];
  readonly #ticks: Tick[] = [];
  readonly #expected: Expected[] = [];
  #app: FastifyInstance | undefined;
  #second = 0;

  private constructor(world: World) {
    this.world = world;
  }

  static async start(
    settings: WorldSettings,
    options: NonNullable<Parameters<typeof World.start>[1]> = {},
    store?: Store,
    control?: ControlStore,
  ): Promise<Watched> {
    const watched = new Watched(await World.start(settings, { center, ...options }, store, control));
    await watched.answer();
    return watched;
  }

  get minutes(): number {
    return this.#second / 60;
  }

  /** The HTTP listener opens, and counts anew. */
  async answer(): Promise<void> {
    const { gateway, clock } = this.world;
    this.#app = buildApi({ gateway, version: '1.2.3', clock });
    await this.#app.listen({ host: '127.0.0.1', port: 0 });
    if (this.#scrapes.length === 0) await this.#scrape();
  }

  /** The HTTP listener closes. */
  async answerNoMore(): Promise<void> {
    await this.#app?.close();
  }

  /** The process ends, and another begins. */
  async restart(settings: WorldSettings): Promise<void> {
    await this.answerNoMore();
    const { world } = this;
    await world.stop({ keep: true });
    this.world = await World.start(settings, { center, given: world });
    await this.answer();
  }

  /** Does so each second from now on. */
  each(tick: Tick): void {
    this.#ticks.push(tick);
  }

  /** Lets so many minutes go by. */
  async pass(minutes: number): Promise<void> {
    for (const end = this.#second + minutes * 60; this.#second < end; ) {
      for (const tick of this.#ticks) tick(this.#second);
      await this.second(this.#second);
      this.#second += 1;
      if (this.#second % scrapeSeconds === 0) await this.#scrape();
    }
  }

  /** At this moment exactly these alarms are raised, each written `ChappeQueueOld lane=via:op-a`. `check` finds out. */
  expect(...alerts: readonly string[]): void {
    this.#expected.push({ atMinutes: this.minutes, alerts });
  }

  /** The fault raises its alarms, and no others. */
  async meets({ begin, minutes, alerts }: Fault): Promise<void> {
    await begin();
    await this.pass(minutes);
    this.expect(...alerts);
    this.judge();
  }

  /** Has promtool judge all that was expected. */
  judge(): void {
    judge(this.#scrapes, this.#expected);
  }

  /** An ESME sends so many messages each second, to handsets that no rule stops. */
  customer(esme: Esme, perSecond = 1): Customer {
    const customer = new Customer(esme, perSecond);
    this.each(() => customer.tick());
    return customer;
  }

  /** An operator that sends receipts. */
  operator(name: string): Operator {
    const operator = new Operator(this.world.centre(name), () => this.world.clock.monotonicMs());
    this.each(() => operator.tick());
    return operator;
  }

  async stop(): Promise<void> {
    await this.answerNoMore();
    await this.world.stop();
  }

  async #scrape(): Promise<void> {
    this.#scrapes.push(await scrapeOf(this.#app));
  }
}

function scrapeOf(app: FastifyInstance | undefined): Promise<string | undefined> {
  const { port = 0 } = (app?.server.address() ?? {}) as Partial<AddressInfo>;
  if (port === 0) return Promise.resolve(undefined);
  return new Promise((done) => {
    get({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
    }).on('error', () => done(undefined));
  });
}

/** A customer that goes on sending, whatever it is answered. */
export class Customer {
  esme: Esme;
  perSecond: number;
  /** The source address. */
  from = 'ACME';
  #count = 0;
  #owed = 0;

  constructor(esme: Esme, perSecond: number) {
    this.esme = esme;
    this.perSecond = perSecond;
  }

  /** Where its next message goes: numbers that look like people's. */
  to: (count: number) => string = (count) => `4477${String(10_000_000 + ((count * 7_368_787) % 89_999_999))}`;

  tick(): void {
    for (this.#owed += this.perSecond; this.#owed >= 1; this.#owed -= 1) {
      this.#count += 1;
      const message = { source_addr: this.from, destination_addr: this.to(this.#count) };
      const text = Buffer.from(`Message ${this.#count}`);
      this.esme.submit({ ...message, short_message: text }).catch(() => undefined);
    }
  }
}

/** An operator's receipts: each some seconds after its message was taken. */
export class Operator {
  readonly centre: Centre;
  afterMs = 3_000;
  /** What the receipt of a message says; undefined: it has none. Default: nine of ten are delivered. */
  says: (count: number) => ReceiptWords | undefined = (count) =>
    count % 10 === 9 ? { stat: 'UNDELIV', err: '027' } : {};
  readonly #nowMs: () => number;
  #told = 0;

  constructor(centre: Centre, nowMs: () => number) {
    this.centre = centre;
    this.#nowMs = nowMs;
  }

  tick(): void {
    const { submitted } = this.centre;
    const isDue = (one: Submitted | undefined): boolean =>
      one !== undefined && one.atMs + this.afterMs <= this.#nowMs();
    for (; isDue(submitted[this.#told]); this.#told += 1) {
      const one = submitted[this.#told] as Submitted;
      const words = this.says(this.#told);
      if (one.id === '' || words === undefined || this.centre.sessions.length === 0) continue;
      this.centre.receipt(one, words).catch(() => undefined);
    }
  }
}
