import { standardCodec } from '../core/options.ts';
import { versionFrom } from '../core/version-option.ts';
import { defaultAlphabet, textSettings } from '../messages/checks.ts';
import {
  anything,
  type Check,
  type Checks,
  callback,
  either,
  listOf,
  milliseconds,
  objectWith,
  octetsOrText,
  optionsOf,
  refuse,
  text,
  trueOrFalse,
  whole,
} from '../option-checks.ts';
import { checkOperations } from '../session/operation-checks.ts';
import { checkCertificates } from '../transport/tls.ts';
import type { ServerTls } from './admission.ts';
import type { ServerLimits } from './limits.ts';
import type { OutbindTarget, ServerOptions } from './options.ts';
import type { SubmissionSettings } from './submitted-message.ts';

const limitChecks: Checks<ServerLimits> = {
  connections: whole(1),
  unbound: whole(1),
  perAddress: whole(1),
  perAccount: whole(1),
  window: whole(1),
  outgoingWindow: whole(1),
  queue: whole(0),
  // A header has 16 octets.
  maxPduOctets: whole(16),
  maxPduOctetsBeforeBind: whole(16),
  sessionInitMs: milliseconds,
  pduReadMs: milliseconds,
  inactivityMs: milliseconds,
  enquireLinkMs: milliseconds,
  enquireLinkResponseMs: milliseconds,
  responseTimeoutMs: milliseconds,
  writeBufferOctets: whole(1),
  writeStallMs: milliseconds,
  pdusPerTurn: whole(1),
  turnMs: milliseconds,
};

const certificates: Check = either(
  octetsOrText,
  listOf(octetsOrText),
  'it takes certificates, each a text or octets',
);

const tlsChecks: Checks<ServerTls> = {
  cert: octetsOrText,
  key: octetsOrText,
  passphrase: text,
  ca: certificates,
  ciphers: text,
  requestClientCertificate: trueOrFalse,
};

const submissionChecks: Checks<SubmissionSettings> = {
  defaultAlphabet,
  reassemble: trueOrFalse,
  maxSets: whole(0),
  maxOctets: whole(0),
  timeoutMs: milliseconds,
};

const port: Check = whole(0, 65_535);

const serverChecks: Checks<ServerOptions> = {
  host: text,
  port,
  // Looked at when a bind response with it is encoded.
  systemId: anything,
  // Without them no handshake would come to an end.
  tls: optionsOf(tlsChecks, ['cert', 'key']),
  proxyProtocol: optionsOf<NonNullable<ServerOptions['proxyProtocol']>>({ trusted: listOf(text) }, [
    'trusted',
  ]),
  version: (value, name) => void versionFrom(value as 0x34, name),
  limits: optionsOf(limitChecks),
  authenticate: callback,
  isKnown: callback,
  operations: anything,
  onMessage: callback,
  onIncomplete: callback,
  incoming: optionsOf(submissionChecks),
  nextMessageId: callback,
  text: textSettings,
  nextSessionId: callback,
  onBound: callback,
  onClosed: callback,
  onError: callback,
  onNotice: callback,
  onPdu: callback,
  congestion: callback,
  codec: objectWith('decode', 'encode', 'writer'),
  clock: objectWith('nowMs', 'monotonicMs', 'setTimer'),
  random: callback,
};

const outbindChecks: Checks<OutbindTarget> = {
  host: text,
  port: whole(1, 65_535),
  systemId: text,
  password: text,
  connectTimeoutMs: milliseconds,
};

const checkServer: Check = optionsOf(serverChecks, ['authenticate']);
const checkOutbind: Check = optionsOf(outbindChecks, ['host', 'port', 'systemId', 'password']);

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) that names the option which is missing, misspelt or wrong. */
export function checkServerOptions(options: ServerOptions): void {
  checkServer(options, '');
  if (options.tls !== undefined) checkCertificates(options.tls);
  const { operations, onMessage } = options;
  for (const option of ['onIncomplete', 'incoming', 'nextMessageId'] as const) {
    if (options[option] !== undefined && onMessage === undefined)
      refuse(option, 'is for onMessage, which is missing');
  }
  if (operations === undefined && onMessage !== undefined) return;
  // A codec of the user's own may have commands of a vendor.
  checkOperations(operations, (options.codec ?? standardCodec) === standardCodec);
  if (operations?.submit_sm !== undefined && onMessage !== undefined) {
    refuse('onMessage', 'has nothing to take beside operations.submit_sm: leave one of them out');
  }
}

/** As `checkServerOptions`, for the target of an outbind. */
export function checkOutbindTarget(target: OutbindTarget): void {
  checkOutbind(target, '');
}
