/**
 * Connectors that lead back: to a listener of ours, whose messages would come back and go out again, or to another Chappe,
 * which may route to us.
 */
import type { Session } from '@chappe/smpp';

/** This gateway as its customers see it. */
export interface Home {
  /** What it calls itself in answers to binds. */
  readonly systemId: string;
  /** Sessions of customers. */
  customers(): readonly Session[];
}

// What a Chappe calls itself unless it is told otherwise.
const usualName = 'chappe';

/** Whether the other end of a session with an upstream is one of our own sessions with customers: both ends are here. */
export function leadsBack(session: Session, customers: readonly Session[]): boolean {
  const { ours } = session.remote;
  if (ours === undefined) return false;
  const address = plain(ours.address);
  return customers.some(({ remote }) => remote.port === ours.port && plain(remote.address) === address);
}

/** A listener for IPv6 sees callers of IPv4 as IPv6. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

/**
 * Whether the upstream is taken for another Chappe, or for this one behind a forwarder: by its name, or since it has ours
 * and whoever we are there is bound here, too. Such a one is told which gateways a message has been through (hops.ts).
 */
export function isKin({ peerSystemId, systemId }: Session, home: Home): boolean {
  if (peerSystemId.toLowerCase() === usualName) return true;
  return (
    peerSystemId === home.systemId && home.customers().some((customer) => customer.systemId === systemId)
  );
}
