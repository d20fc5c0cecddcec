/** How a gateway is started. Everything that touches the world (store, clock, randomness) is given. */
import type { CenterLimits, ControlStore, RetryPolicy, Store } from '@chappe/center';
import type { Clock, Random, ServerLimits, ServerTls } from '@chappe/smpp';
import type { AccountOptions } from './accounts/accounts.ts';
import type { BindRefusal } from './accounts/admission.ts';
import type { LifetimeLimits } from './lifetime.ts';
import type { PeerFault } from './peer-faults.ts';
import type { ReceiptFormat } from './receipt-text.ts';
import type { HandsetOptions } from './sandbox/handsets.ts';
import type { Sealing } from './sealing.ts';
import type { GatewaySettings } from './settings/gateway.ts';
import type { ConnectUpstream } from './upstream/binds.ts';

/** Where ESMEs connect. */
export interface SmppListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 2775; 0 takes any free port. */
  readonly port?: number | undefined;
  /** True: nothing listens here, only by TLS and further listeners. Default false. */
  readonly isClosed?: boolean | undefined;
  /** Our system_id in bind responses. Default `chappe`. */
  readonly systemId?: string | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  /** Networks whose connections begin with a PROXY header. */
  readonly proxyProtocol?: { readonly trusted: readonly string[] } | undefined;
}

/** Where ESMEs connect by TLS. */
export interface TlsListenOptions extends ServerTls {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 3550 (IANA smpp-tls); 0 takes any free port. */
  readonly port?: number | undefined;
}

/** One more listener. */
export interface ListenOptions {
  readonly host?: string | undefined;
  readonly port: number;
  readonly tls?: ServerTls | undefined;
  readonly proxyProtocol?: { readonly trusted: readonly string[] } | undefined;
}

/** What `Gateway.start` takes. */
export interface GatewayOptions {
  /** The gateway closes it when it stops. */
  readonly store: Store;
  /** What is durable beside the messages; closed too. Default: kept in memory. */
  readonly control?: ControlStore | undefined;
  /** Accounts, connectors, routes. Default: none, a sandbox. Its accounts take the place of `accounts`. */
  readonly settings?: GatewaySettings | undefined;
  /** Seals the secrets of entries made at run time. Default: with a key that ends with the process. */
  readonly sealing?: Sealing | undefined;
  readonly smpp?: SmppListenOptions | undefined;
  readonly tls?: TlsListenOptions | undefined;
  /** Further listeners. */
  readonly listeners?: readonly ListenOptions[] | undefined;
  /** Default: open, every system_id and password is right. */
  readonly accounts?: AccountOptions | undefined;
  /**
   * Whether a password that was right is known again after a restart, as a digest under the key of `sealing`. Default
   * true; false: each is checked by scrypt anew.
   */
  readonly rememberPasswords?: boolean | undefined;
  readonly handsets?: HandsetOptions | undefined;
  /** Connections to upstreams by other ways than TCP and TLS. */
  readonly connect?: ConnectUpstream | undefined;
  /** Default: that of this machine. */
  readonly clock?: Clock | undefined;
  /** Default: the generator for keys. */
  readonly random?: Random | undefined;
  /** Hears of failures that no caller hears of. Default: nobody does. */
  readonly onError?: ((error: unknown, where: string) => void) | undefined;
  /** Hears of what peers do wrong. As often as they do it: whoever writes it down must limit it. */
  readonly onPeerFault?: ((fault: PeerFault) => void) | undefined;
  /** Hears of binds that were refused. As often as they are: whoever writes it down must limit it. */
  readonly onBindRefused?: ((refusal: BindRefusal) => void) | undefined;
  readonly lifetime?: Partial<LifetimeLimits> | undefined;
  /** How long a receipt, or a message from a handset, waits for its account. Default 72 hours. */
  readonly receiptValidityMs?: number | undefined;
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
