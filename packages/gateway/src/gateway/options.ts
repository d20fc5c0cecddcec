/** How a gateway is started. Everything that touches the world (store, clock, randomness) is given. */
import type { CenterLimits, ControlStore, RetryPolicy, Store } from '@chappe/center';
import type { AccountOptions, GatewaySettings, Sealing } from '@chappe/policy';
import type { Random } from '@chappe/smpp';
import type { CallbackOptions } from '../callbacks/callbacks.ts';
import type { ReceiptFormat } from '../egress/receipt-text.ts';
import type { ListenersOptions } from '../ingress/listeners.ts';
import type { LifetimeLimits } from '../message/lifetime.ts';
import type { MoActionHandler } from '../mo/context.ts';
import type { ConnectUpstream } from '../upstream/binds.ts';
import type { Outlets } from './outlets.ts';

/** What `Gateway.start` takes. */
export interface GatewayOptions extends ListenersOptions {
  /** The gateway closes it when it stops. */
  readonly store: Store;
  /** What is durable beside the messages; closed too. Default: kept in memory. */
  readonly control?: ControlStore | undefined;
  /** Accounts, connectors, routes. Default: none, a sandbox. Its accounts take the place of `accounts`. */
  readonly settings?: GatewaySettings | undefined;
  /** Seals the secrets of entries made at run time. Default: with a key that ends with the process. */
  readonly sealing?: Sealing | undefined;
  /** Default: open, every system_id and password is right. */
  readonly accounts?: AccountOptions | undefined;
  /**
   * Whether a password that was right is known again after a restart, as a digest under the key of `sealing`. Default
   * true; false: each is checked by scrypt anew.
   */
  readonly rememberPasswords?: boolean | undefined;
  /** Ends of lanes in the place of operators, as the simulated handsets of @chappe/sandbox. Default: none. */
  readonly outlets?: Outlets | undefined;
  /** What rules for messages from handsets may do beside what they always may. Default: nothing more. */
  readonly actions?: readonly MoActionHandler[] | undefined;
  /** Connections to upstreams by other ways than TCP and TLS. */
  readonly connect?: ConnectUpstream | undefined;
  /** Default: the generator for keys. */
  readonly random?: Random | undefined;
  readonly lifetime?: Partial<LifetimeLimits> | undefined;
  /** How long a receipt, or a message from a handset, waits for its account. Default 72 hours. */
  readonly receiptValidityMs?: number | undefined;
  /** URLs that are called about messages. */
  readonly callbacks?: CallbackOptions | undefined;
  readonly receiptFormat?: ReceiptFormat | undefined;
  /** Limits and retries of the center. */
  readonly center?: { readonly limits?: Partial<CenterLimits>; readonly retry?: RetryPolicy } | undefined;
}

const hourMs = 3_600_000;

/** Defaults of `LifetimeLimits`. */
export const defaultLifetime: LifetimeLimits = {
  validityMs: 48 * hourMs,
  // The examples of SMPP 3.4 5.2.16 and 5.2.15.
  maxValidityMs: 7 * 24 * hourMs,
  maxScheduleMs: 14 * 24 * hourMs,
};

/** How long a stop waits for peers when it is not told. */
export const defaultDrainMs = 10_000;

/** Default of `receiptValidityMs`. */
export const defaultReceiptValidityMs: number = 72 * hourMs;

/** Who may connect: the accounts of the settings where there are some, else those that were given, else everybody. */
export function accountsOf({ settings, accounts }: GatewayOptions): AccountOptions {
  if (settings !== undefined && settings.accounts.length > 0) return { open: false, list: settings.accounts };
  return accounts ?? { open: true };
}
