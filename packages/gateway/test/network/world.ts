/** A gateway between customers and operators, in simulated time. */
import { scryptSync } from 'node:crypto';
import { type ControlStore, MemoryControl, MemoryStore, type Store } from '@chappe/center';
import type { AccountSettings, ConnectorSettings, GatewaySettings, RouteSettings } from '@chappe/policy';
import { memoryPair, type Transport } from '@chappe/smpp';
import { expect } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import type { Gateway, GatewayEvent, GatewayOptions, MessageView } from '../../src/index.ts';
import { type Esme, type EsmeOptions, Rig, type SimulatedClock, settled } from '../rig.ts';
import { Centre } from './centre.ts';

const salt = Buffer.alloc(16, 7);

/** The hash of a password, with the least work that is taken. */
export function hashOf(password: string): string {
  const key = scryptSync(password, salt, 32, { N: 1024, r: 1, p: 1 });
  return `scrypt$1024$1$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Of `secret`. */
export const secretHash: string = hashOf('secret');

/** An account with the password `secret`. */
export function account(systemId: string, more: Partial<AccountSettings> = {}): AccountSettings {
  return { systemId, passwordHash: secretHash, ...more };
}

/** A connector to the centre of that name. */
export function connector(name: string, more: Partial<ConnectorSettings> = {}): ConnectorSettings {
  return { name, host: 'memory', systemId: 'chappe', password: 'secret', ...more };
}

/** A route to groups of connectors, each written `a,b*2`. */
export function via(
  groups: readonly string[],
  failover: Extract<RouteSettings['action'], { kind: 'via' }>['failover'] = undefined,
  more: Partial<RouteSettings> = {},
): RouteSettings {
  const targets = groups.map((group) =>
    group.split(',').map((member) => {
      const [name = '', weight] = member.split('*');
      return { connector: name, weight: weight === undefined ? undefined : Number(weight) };
    }),
  );
  return { name: 'main', action: { kind: 'via', groups: targets, failover }, ...more };
}

/** What a world is made of; connectors may be given by name. */
export type WorldSettings = Partial<Omit<GatewaySettings, 'connectors'>> & {
  readonly connectors: readonly (string | ConnectorSettings)[];
};

/** Settings of a world. */
export function settingsOf({ connectors, ...rest }: WorldSettings): GatewaySettings {
  return {
    accounts: [],
    routes: [],
    mo: [],
    webhooks: [],
    ...rest,
    connectors: connectors.map((one) => (typeof one === 'string' ? connector(one) : one)),
  };
}

/** A rig whose upstreams are played. */
export class World {
  readonly rig: Rig;
  readonly centres: Map<string, Centre> = new Map();
  readonly events: GatewayEvent[] = [];
  readonly store: Store;
  readonly control: ControlStore;
  /** The test has stopped the gateway itself. */
  isStopped = false;
  /** Connections that lead elsewhere than to a centre. */
  readonly #detours: Map<string, () => Transport> = new Map();

  private constructor(store: Store, control: ControlStore, clock: SimulatedClock | undefined) {
    this.rig = new Rig(clock);
    this.store = store;
    this.control = control;
  }

  static async start(
    settings: WorldSettings,
    options: Partial<GatewayOptions> & {
      readonly given?: World;
      readonly beforeOpen?: (world: World) => void;
    } = {},
    store: Store = new MemoryStore(),
    control: ControlStore = new MemoryControl(),
  ): Promise<World> {
    const { given, beforeOpen, ...rest } = options;
    const world = new World(store, control, given?.clock);
    const all = settingsOf(settings);
    for (const [name, centre] of given?.centres ?? []) world.centres.set(name, centre);
    for (const { name } of all.connectors) await world.addCentre(name);
    beforeOpen?.(world);
    const connect = ({ name }: ConnectorSettings): Transport =>
      world.#detours.get(name)?.() ?? world.centre(name).connect();
    // As it is by default: some things are seen by looking every second.
    const center = { limits: { sweepMs: 1_000 } };
    await world.rig.open({ settings: all, connect, control, center, ...rest }, store);
    world.gateway.events.subscribe((event) => void world.events.push(event));
    await settled();
    return world;
  }

  get clock(): SimulatedClock {
    return this.rig.clock;
  }

  get gateway(): Gateway {
    return this.rig.gateway;
  }

  /** Plays one more centre. */
  async addCentre(name: string): Promise<Centre> {
    const known = this.centres.get(name);
    if (known !== undefined) return known;
    const centre = await Centre.open(name, this.clock);
    this.centres.set(name, centre);
    return centre;
  }

  /** Leads the connections of a connector elsewhere than to its centre. */
  lead(name: string, connect: () => Transport): void {
    this.#detours.set(name, connect);
  }

  /** Leads the connections of a connector to another gateway. */
  detour(name: string, other: () => Gateway): void {
    this.lead(name, () => {
      const [ours, theirs] = memoryPair();
      other().accept(theirs);
      return ours;
    });
  }

  centre(name: string): Centre {
    const centre = this.centres.get(name);
    if (centre === undefined) throw new Error(`no centre ${name}`);
    return centre;
  }

  esme(options: EsmeOptions = {}): Promise<Esme> {
    return this.rig.esme(options);
  }

  /** Moves the time on. */
  pass(ms = 10): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Moves the time on until it is so. */
  async until(isSo: () => boolean | Promise<boolean>, stepMs = 50, steps = patient(2_000)): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      if (await isSo()) return;
      await this.clock.advance(stepMs);
      // Stores on disk answer from their threads, in time of their own.
      if (!(this.store instanceof MemoryStore)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error('never came to be');
  }

  /** The message as the gateway knows it. */
  async view(publicId: string): Promise<MessageView> {
    const view = await this.gateway.messages.get(publicId);
    if (view === undefined) throw new Error(`no message ${publicId}`);
    return view;
  }

  /** Steps of its timeline. */
  async steps(publicId: string): Promise<string[]> {
    return (await this.view(publicId)).timeline.map(({ step }) => step);
  }

  /** The timeline as text, for what was said in it. */
  async story(publicId: string): Promise<string> {
    return JSON.stringify((await this.view(publicId)).timeline);
  }

  upstream(name: string) {
    const upstream = this.gateway.network.upstreams.get(name);
    if (upstream === undefined) throw new Error(`no upstream ${name}`);
    return upstream;
  }

  /** The books are right. */
  async audit(): Promise<void> {
    expect(await this.gateway.ledger.verify(() => this.gateway.center.recount())).toEqual([]);
  }

  /** Ends everything; the books must be right and nothing must have failed unheard. `keep`: the centres stay. */
  async stop({ keep = false }: { readonly keep?: boolean } = {}): Promise<void> {
    if (!this.isStopped) await this.audit();
    await this.rig.stop();
    if (!keep) for (const centre of this.centres.values()) await centre.close();
    expect(this.rig.errors).toEqual([]);
  }
}
