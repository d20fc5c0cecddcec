/** The checks of what a program gives to a client: the type of each object sees to it that none is forgotten. */
import type { PduInput } from '@chappe/protocol';
import { type SessionCodec, standardCodec } from '../core/options.ts';
import { versionFrom } from '../core/version-option.ts';
import { defaultAlphabet, octet, textSettings } from '../messages/checks.ts';
import {
  anything,
  type Check,
  type Checks,
  callback,
  either,
  listOf,
  milliseconds,
  number,
  objectWith,
  octetsOrText,
  oneOf,
  optionsOf,
  refuse,
  text,
  trueOrFalse,
  whole,
} from '../option-checks.ts';
import { checkOperations } from '../session/operation-checks.ts';
import type { ClientTls } from '../transport/dial.ts';
import type { Reconnect } from './backoff.ts';
import type { IncomingSettings, ReceiptSettings } from './incoming.ts';
import type { ClientOptions } from './options.ts';
import type { OutbindListenerOptions } from './outbind-options.ts';
import type { Rate } from './pace.ts';

/** An AbortSignal: of this realm, or of whoever makes its like. */
const signal: Check = objectWith('addEventListener', 'removeEventListener');
const bindKind: Check = oneOf('transceiver', 'transmitter', 'receiver');
const version: Check = (value, name) => void versionFrom(value as 0x34, name);
const clock: Check = objectWith('nowMs', 'monotonicMs', 'setTimer');

const certificates: Check = either(
  octetsOrText,
  listOf(octetsOrText),
  'it takes certificates, each a text or octets',
);

const tlsChecks: Checks<ClientTls> = {
  cert: octetsOrText,
  key: octetsOrText,
  passphrase: text,
  ca: certificates,
  ciphers: text,
  servername: text,
  verify: trueOrFalse,
};

const rateChecks: Checks<Rate> = { perSecond: number(Number.MIN_VALUE), burst: number(1) };

const reconnectChecks: Checks<Reconnect> = {
  minMs: milliseconds,
  maxMs: milliseconds,
  jitter: number(0, 1),
  giveUpOn: listOf(whole(1, 0xffff_ffff)),
};

const reconnect: Check = (value, name) => {
  if (value === false) return;
  optionsOf(reconnectChecks)(value, name);
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = value as Reconnect;
  if (minMs > maxMs) refuse(`${name}.minMs`, `is ${minMs}, more than maxMs, ${maxMs}`);
};

const receiptChecks: Checks<ReceiptSettings> = {
  ids: oneOf('auto', 'same', 'hex-dec', 'dec-hex'),
  longMessages: oneOf('auto', 'each', 'one'),
  timeZoneOffsetMinutes: number(-24 * 60, 24 * 60),
  acceptTextOnly: trueOrFalse,
  defaultAlphabet,
  acceptedIsFinal: trueOrFalse,
  unknownIsFinal: trueOrFalse,
  interfaceVersion: octet,
};

const incomingChecks: Checks<IncomingSettings> = {
  defaultAlphabet,
  reassemble: trueOrFalse,
  unclaimed: oneOf('wait', 'refuse', 'accept'),
  receipts: optionsOf(receiptChecks),
  maxSets: whole(0),
  maxOctets: whole(0),
  timeoutMs: milliseconds,
};

const timers = {
  responseTimeoutMs: milliseconds,
  enquireLinkMs: milliseconds,
  enquireLinkResponseMs: milliseconds,
} as const;

const bindFields = {
  bind: bindKind,
  version,
  systemId: text,
  password: text,
  systemType: text,
  addressRange: text,
  ton: octet,
  npi: octet,
} as const;

const clientChecks: Checks<ClientOptions> = {
  ...bindFields,
  ...timers,
  binds: whole(1, 1_000),
  assumeVersion: version,
  window: whole(1),
  queue: whole(0),
  rate: optionsOf(rateChecks, ['perSecond']),
  onThrottled: oneOf('backoff', 'report'),
  connectTimeoutMs: milliseconds,
  bindTimeoutMs: milliseconds,
  inactivityMs: milliseconds,
  reconnect,
  tls: optionsOf(tlsChecks),
  signal,
  transport: callback,
  text: textSettings,
  incoming: optionsOf(incomingChecks),
  operations: anything,
  peerWindow: whole(1),
  onAlert: callback,
  onSession: callback,
  onBound: callback,
  onDisconnected: callback,
  onConnectFailed: callback,
  onNotice: callback,
  onError: callback,
  onPdu: callback,
  codec: objectWith('decode', 'encode', 'writer'),
  clock,
  random: callback,
};

const outbindChecks: Checks<OutbindListenerOptions> = {
  ...bindFields,
  ...timers,
  host: text,
  port: whole(0, 65_535),
  authenticate: callback,
  operations: anything,
  onBound: callback,
  onClosed: callback,
  onBindFailed: callback,
  onError: callback,
  connections: whole(1),
  sessionInitMs: milliseconds,
  window: whole(1),
  clock,
};

const checkClient: Check = optionsOf(clientChecks);
const checkOutbind: Check = optionsOf(outbindChecks, ['port', 'authenticate', 'systemId', 'password']);
const checkSignal: Check = optionsOf<{ signal?: AbortSignal }>({ signal });

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) that names the option which is misspelt or wrong; so do the others. */
export function checkClientOptions(options: ClientOptions): void {
  checkClient(options, '');
  // A codec of the user's own may have commands of a vendor.
  if (options.operations !== undefined) {
    checkOperations(options.operations, (options.codec ?? standardCodec) === standardCodec);
  }
}

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) for a bind that no peer could ever be sent. */
export function checkBind(codec: SessionCodec, bind: PduInput): void {
  try {
    codec.encode(bind);
  } catch (cause) {
    refuse('the bind', `cannot be sent: ${(cause as Error).message}`, cause);
  }
}

/** Of an outbind listener. */
export function checkOutbindOptions(options: OutbindListenerOptions): void {
  checkOutbind(options, '');
  checkOperations(options.operations, true);
}

/** Of `incoming`. */
export function checkLoopOptions(options: { readonly signal?: AbortSignal | undefined }): void {
  checkSignal(options, '');
}
