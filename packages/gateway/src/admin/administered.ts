/** What of a gateway is looked at and changed by those who run it. */
import type { Center } from '@chappe/center';
import type { Accounts } from '@chappe/policy';
import type { Network } from '../network/network.ts';

/** A gateway as it is administered. */
export interface Administered {
  readonly center: Center;
  readonly network: Network;
  readonly accounts: Accounts;
}
