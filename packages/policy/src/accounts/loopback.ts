/** Addresses that only this machine reaches. */
import { compileNetworks } from './networks.ts';

const isInLoopback = compileNetworks(['127.0.0.0/8', '::1'], 'loopback');

/**
 * Whether a host to listen on, or the address of a peer, is one that only this machine reaches: `localhost`, 127.0.0.0/8,
 * ::1, in any spelling. Any other name is not: nobody knows where it leads.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || isInLoopback(name);
}
