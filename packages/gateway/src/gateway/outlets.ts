/** What stands at the end of lanes in the place of operators: simulated handsets, or whatever else a program plays. */
import type { Center, Connector, Message } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { Alert } from '../egress/alert-notification.ts';
import type { BindFault } from '../ingress/listeners.ts';
import type { LaneBehaviours } from '../lanes/behaviour.ts';
import type { InboxMessage } from '../observation/events.ts';

/** The ends of some lanes. One object serves one gateway. */
export interface Outlets {
  /** What is special about their destinations, by lane. */
  readonly behaviours: LaneBehaviours;
  /** Makes their connectors, by lane, before the first message moves. */
  open(host: OutletHost): ReadonlyMap<string, Connector>;
  /** What becomes of a bind of that name, where everybody may bind; undefined: it is let in. */
  bindFault(systemId: string): BindFault | undefined;
  /** Nothing comes any more: what is under way is given back to the center. */
  stop(): void;
}

/** What the gateway does for its outlets. */
export interface OutletHost {
  readonly center: Center;
  readonly clock: Clock;
  /** A handset shows a message, for live views. `message` is called when somebody looks. */
  shown(msisdn: string, message: () => InboxMessage): void;
  /** A handset can be reached again: what waits for it is tried at once, and who asked for it is told. */
  reachable(msisdn: string, alerts: readonly Alert[]): void;
  /** A handset sends a message back as it came, to whoever sent it. */
  sendBack(message: Message): void;
}
