/** A connector whose host and port are those of a listener of ours: each message would come back, and go out again. */
import type { Session } from '@chappe/smpp';

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
