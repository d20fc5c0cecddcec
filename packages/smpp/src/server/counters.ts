import { newCounters, type SessionCounters } from '../core/events.ts';
import type { AdmissionCounters } from './admission.ts';

/** Plain integers of a server: those of all its sessions, and its own. */
export interface ServerCounters extends SessionCounters, AdmissionCounters {
  /** Connections that had not bound and were closed to make room for others. */
  connectionsCrowdedOut: number;
  bindsAccepted: number;
  bindsRefused: number;
  /** Sessions that are bound now. */
  sessionsBound: number;
}

/** All zero. */
export function serverCounters(): ServerCounters {
  return {
    ...newCounters(),
    connectionsOpen: 0,
    connectionsTaken: 0,
    connectionsRefused: 0,
    connectionsCrowdedOut: 0,
    proxyRefused: 0,
    tlsRefused: 0,
    bindsAccepted: 0,
    bindsRefused: 0,
    sessionsBound: 0,
  };
}

/** Adds a session's counters to a sum. */
export function addCounters(sum: SessionCounters, session: SessionCounters): void {
  for (const name of Object.keys(session) as (keyof SessionCounters)[]) sum[name] += session[name];
}
