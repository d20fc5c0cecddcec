import type { PduInput } from '@chappe/protocol';
import { type Clock, systemClock } from '../clock.ts';
import { type SessionOptions, sessionDefaults, standardCodec, WriterPool } from '../core/options.ts';
import type { BindKind } from '../core/states.ts';
import { loopDefaults } from '../session/loop.ts';
import { dial } from '../transport/dial.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientOptions } from './options.ts';
import { readSmppUrl } from './url.ts';

/** What the URL and the options of a client come to, with every default. */
export interface ClientSettings {
  readonly kind: BindKind;
  readonly clock: Clock;
  readonly session: SessionOptions;
  readonly bindPdu: PduInput;
  readonly bindTimeoutMs: number;
  /** Makes the connection for one bind, unless the options have a `transport`. */
  readonly dial: () => Promise<Transport>;
}

/** Reads the URL and the options. Throws `CHAPPE_SMPP_OPTION`. */
export function clientSettings(url: string, options: ClientOptions): ClientSettings {
  const address = readSmppUrl(url);
  const { connectTimeoutMs = 5_000, bindTimeoutMs = 10_000, codec = standardCodec, signal } = options;
  const kind = options.bind ?? address.bind ?? 'transceiver';
  const clock = options.clock ?? systemClock;
  const session: SessionOptions = {
    ...sessionDefaults,
    version: options.version ?? address.version ?? sessionDefaults.version,
    assumeVersion: options.assumeVersion ?? sessionDefaults.assumeVersion,
    window: options.window ?? sessionDefaults.window,
    peerWindow: options.peerWindow ?? sessionDefaults.peerWindow,
    // The bind has a timer of its own, and nobody is listening who might never speak.
    sessionInitMs: 0,
    inactivityMs: options.inactivityMs ?? sessionDefaults.inactivityMs,
    enquireLinkMs: options.enquireLinkMs ?? sessionDefaults.enquireLinkMs,
    enquireLinkResponseMs: options.enquireLinkResponseMs ?? sessionDefaults.enquireLinkResponseMs,
    responseTimeoutMs: options.responseTimeoutMs ?? loopDefaults.responseTimeoutMs,
    codec,
    writers: new WriterPool(codec),
  };
  const bindPdu: PduInput = {
    command: `bind_${kind}`,
    system_id: options.systemId ?? address.systemId,
    password: options.password ?? address.password,
    system_type: options.systemType ?? address.systemType,
    interface_version: session.version,
    addr_ton: options.ton,
    addr_npi: options.npi,
    address_range: options.addressRange,
  };
  const { host, port } = address;
  const tls = address.tls || options.tls !== undefined ? (options.tls ?? {}) : undefined;
  return {
    kind,
    clock,
    session,
    bindPdu,
    bindTimeoutMs,
    dial: () => dial({ host, port, tls, connectTimeoutMs, clock, signal }),
  };
}
