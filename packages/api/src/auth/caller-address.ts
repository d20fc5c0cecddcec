/** Where a caller is: the peer of the connection, or whom a trusted proxy names. */
import { isIP } from 'node:net';

/** Says whether a peer is one of ours that passes requests on. */
export type IsProxy = (address: string) => boolean;

// More hops than any request takes; what stands farther left is whatever the caller liked.
const maxHops = 20;

/**
 * The address of a caller. While the peer is a trusted proxy, the next one to the left in `X-Forwarded-For` is what it
 * saw; what an untrusted one says about others is not believed.
 */
export function callerAddress(peer: string, forwardedFor: string | undefined, isProxy: IsProxy): string {
  let address = peer;
  const named = forwardedFor?.split(',').slice(-maxHops) ?? [];
  while (isProxy(address)) {
    const next = plainAddress(named.pop() ?? '');
    if (next === undefined) return address;
    address = next;
  }
  return address;
}

/** Without port and brackets; undefined when it is none, as `unknown`. */
function plainAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const plain =
    /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return isIP(plain) === 0 ? undefined : plain;
}
