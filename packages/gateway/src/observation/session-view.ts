/** A bound session as people look at it. */
import { type SmppVersion, versionName } from '@chappe/protocol';
import type { Session, SessionCounters } from '@chappe/smpp';

/** One bound session. */
export interface SessionView {
  readonly id: number;
  readonly account: string;
  readonly bind: 'transmitter' | 'receiver' | 'transceiver';
  readonly version: SmppVersion;
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** Null: it showed none. */
  readonly certificateSubject: string | null;
  readonly systemType: string;
  readonly addressRange: string;
  /** Our requests that await an answer, and those that could still be sent. */
  readonly outstanding: number;
  readonly windowFree: number;
  readonly counters: SessionCounters;
}

/** The view of a session at this moment. */
export function viewOfSession(session: Session): SessionView {
  const { remote, bind } = session;
  return {
    id: session.id,
    account: session.context as string,
    bind: session.kind ?? 'transceiver',
    version: versionName(session.version),
    address: remote.address,
    port: remote.port,
    tls: remote.tls,
    certificateSubject: remote.certificateSubject ?? null,
    systemType: bind?.system_type ?? '',
    addressRange: bind?.address_range ?? '',
    outstanding: session.outstanding,
    windowFree: session.windowFree,
    counters: { ...session.counters },
  };
}
