/** Plain integers of all parts of a gateway. */
import type { Center, CenterCounters } from '@chappe/center';
import type { BindRefusalReason } from '@chappe/policy';
import type { ServerCounters } from '@chappe/smpp';
import type { IngressCounters } from '../ingress/ingress.ts';
import type { SmppListeners } from '../ingress/listeners.ts';
import type { RefusalKind } from '../ingress/verdict.ts';

/** What `gateway.counters()` returns: figures of one moment, that go on standing as they are. */
export interface GatewayCounters {
  readonly ingress: IngressCounters;
  /** The SMPP listener; undefined while it is not open. */
  readonly smpp: ServerCounters | undefined;
  /** The TLS listener; undefined when there is none. */
  readonly tls: ServerCounters | undefined;
  /** Further listeners, in their order. */
  readonly more: readonly ServerCounters[];
  /** Binds that were refused, by why. */
  readonly bindRefusals: ReadonlyMap<BindRefusalReason, number>;
  readonly center: CenterCounters;
  /** Messages of customers that were not taken, by why. */
  readonly refusals: Readonly<Record<RefusalKind, number>>;
}

/** Gathers them. */
export function gatewayCounters(
  ingress: IngressCounters,
  refusals: Readonly<Record<RefusalKind, number>>,
  listeners: SmppListeners | undefined,
  center: Center,
): GatewayCounters {
  return {
    ingress: { ...ingress },
    smpp: listeners?.plain?.counters,
    tls: listeners?.tls?.counters,
    more: listeners?.more.map(({ counters }) => counters) ?? [],
    bindRefusals: new Map(listeners?.bindRefusals),
    center: { ...center.counters },
    refusals: { ...refusals },
  };
}
