/** What the operations of all doors work with. */
import { Shares } from '@chappe/center';
import { DelayedResponses } from '../ingress/delayed-responses.ts';
import type { Ingress } from '../ingress/ingress.ts';
import type { Network } from '../network/network.ts';
import { defaultLifetime, type GatewayOptions } from './options.ts';

// What is shaped waits for its time in memory, five seconds at most.
const shapedLimits = { messages: 40_000, octets: 32 * 1024 * 1024 };

/** What an ingress is made of. */
export interface IngressParts
  extends Pick<
    Ingress,
    | 'center'
    | 'accounts'
    | 'acceptance'
    | 'refusals'
    | 'transactions'
    | 'receivingBinds'
    | 'clock'
    | 'nextReference'
    | 'onError'
  > {
  readonly network: Network;
}

/** Makes the ingress. */
export function makeIngress(options: GatewayOptions, { network, ...parts }: IngressParts): Ingress {
  return {
    ...parts,
    lifetime: { ...defaultLifetime, ...options.lifetime },
    delayed: new DelayedResponses(parts.clock, options.outlets?.behaviours ?? new Map()),
    shaped: new Shares(shapedLimits),
    counters: { accepted: 0, refused: 0 },
    // The sandbox takes names.
    numbersOnly: options.settings !== undefined,
    splitsLongMessages: () => network.splitsLongMessages,
    cancelUpstream: (message) => network.cancel(message),
    operators: network.operators,
    cutsFor: (lane) => network.cutsFor(lane),
    refusedBy: (lane, facts, pieces) => network.refusedBy(lane, facts, pieces),
  };
}
