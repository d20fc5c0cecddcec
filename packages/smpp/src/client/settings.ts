import type { PduInput, Version } from '@chappe/protocol';
import { type Clock, systemClock } from '../clock.ts';
import {
  type SessionCodec,
  type SessionOptions,
  sessionDefaults,
  standardCodec,
  WriterPool,
} from '../core/options.ts';
import type { BindKind } from '../core/states.ts';
import { versionFrom } from '../core/version-option.ts';
import { SmppError } from '../errors.ts';
import { loopDefaults } from '../session/loop.ts';
import { dial, dialBy } from '../transport/dial.ts';
import { checkCertificates } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import { checkBind, checkClientOptions } from './checks.ts';
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
  readonly dial: (signal: AbortSignal) => Promise<Transport>;
}

/** What to bind as: SMPP 3.3 has no transceivers. */
function kindOfBind(asked: BindKind | undefined, version: Version): BindKind {
  if (version !== 0x33) return asked ?? 'transceiver';
  if (asked !== 'transceiver') return asked ?? 'transmitter';
  const remedy = 'bind as transmitter to send, as receiver to receive';
  throw new SmppError('CHAPPE_SMPP_OPTION', `bind is transceiver, which SMPP 3.3 does not have: ${remedy}`);
}

/** Reads the URL and the options. Throws `CHAPPE_SMPP_OPTION`. */
export function clientSettings(url: string, options: ClientOptions): ClientSettings {
  checkClientOptions(options);
  const address = readSmppUrl(url);
  const {
    connectTimeoutMs = 5_000,
    bindTimeoutMs = 10_000,
    codec: given = standardCodec,
    transport,
  } = options;
  const codec = given as SessionCodec;
  const version = versionFrom(options.version ?? address.version ?? sessionDefaults.version, 'version');
  const kind = kindOfBind(options.bind ?? address.bind, version);
  const clock = options.clock ?? systemClock;
  const session: SessionOptions = {
    ...sessionDefaults,
    version,
    assumeVersion: versionFrom(options.assumeVersion ?? sessionDefaults.assumeVersion, 'assumeVersion'),
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
    interface_version: version,
    addr_ton: options.ton,
    addr_npi: options.npi,
    address_range: options.addressRange,
  };
  checkBind(codec, bindPdu);
  const { host, port } = address;
  const tls = address.tls || options.tls !== undefined ? (options.tls ?? {}) : undefined;
  if (tls !== undefined) checkCertificates(tls);
  return {
    kind,
    clock,
    session,
    bindPdu,
    bindTimeoutMs,
    dial: (signal) => {
      const limits = { connectTimeoutMs, clock, signal };
      return transport === undefined ? dial({ host, port, tls, ...limits }) : dialBy(transport, limits);
    },
  };
}
