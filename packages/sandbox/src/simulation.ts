/** Simulated handsets in the place of operators: the outlets of a gateway that nothing leaves. */
import { type Clock, type Connector, type Message, type Random, systemRandom } from '@chappe/center';
import type { Gateway, LaneBehaviour, MoArguments, OutletHost, Outlets } from '@chappe/gateway';
import { broadcastLane, handsetLane } from '@chappe/gateway';
import { BroadcastConnector } from './handsets/broadcast.ts';
import { HandsetConnector } from './handsets/connector.ts';
import { type HandsetOptions, Handsets } from './handsets/handsets.ts';
import { magicOf, specialOf } from './handsets/magic.ts';
import { type MagicBind, magicBindOf } from './handsets/magic-binds.ts';

const receiverCheckMs = 60_000; // Long messages of handsets are given up after minutes.
const behaviour: LaneBehaviour = { special: specialOf };

/** The handsets, and what makes them take part in a gateway. Serves one gateway. */
export class Simulation implements Outlets {
  /** What they show, and in what state they are. */
  readonly handsets: Handsets;
  readonly behaviours: ReadonlyMap<string, LaneBehaviour> = new Map([[handsetLane, behaviour]]);
  readonly #capacity: number | undefined;
  #connector: HandsetConnector | undefined;
  #disarm: (() => void) | undefined;

  /** `random`: of delays and outcomes where `options` has no seed. */
  constructor(options: HandsetOptions = {}, random: Random = systemRandom) {
    this.handsets = new Handsets(options, random);
    this.#capacity = options.capacity;
  }

  /** Called by the gateway. */
  open(host: OutletHost): ReadonlyMap<string, Connector> {
    const { handsets } = this;
    handsets.onReachable = (msisdn, alerts) => host.reachable(msisdn, alerts);
    handsets.onReceived = (msisdn, message) => host.shown(msisdn, message);
    const onDelivered = (message: Message): void => {
      if (magicOf(message.destination.digits) === 'echo') host.sendBack(message);
    };
    const connector = new HandsetConnector(handsets, host.clock, { onDelivered }, this.#capacity);
    this.#connector = connector;
    this.#checkReceiver(host.clock);
    return new Map<string, Connector>([
      [handsetLane, connector],
      [broadcastLane, new BroadcastConnector(handsets, host.clock)],
    ]);
  }

  /** Called by the gateway. */
  bindFault(systemId: string): MagicBind | undefined {
    return magicBindOf(systemId);
  }

  /** Called by the gateway. */
  stop(): void {
    this.#disarm?.();
    this.#connector?.stop();
  }

  /**
   * A handset writes (mobile originated); settles when that is on disk. It goes to whoever serves the number, see
   * `Gateway.injectMo`; in a sandbox else to the account that last wrote to this handset from there.
   */
  send(gateway: Pick<Gateway, 'injectMo'>, input: MoArguments): Promise<{ ids: string[] }> {
    return gateway.injectMo({ ...input, writer: this.handsets.lastWriter(input.from, input.to) });
  }

  #checkReceiver(clock: Clock): void {
    this.#disarm = clock.setTimer(() => {
      this.handsets.expire(clock.nowMs());
      this.#checkReceiver(clock);
    }, receiverCheckMs);
  }
}
