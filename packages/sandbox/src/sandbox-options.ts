/** What a test gives to `startSandbox`, and its checks: tests are often written without types. */

import type {
  GatewayOptions,
  LifetimeLimits,
  ListenOptions,
  SmppListenOptions,
  TlsListenOptions,
  WaitOptions,
} from '@chappe/gateway';
import type { AccountOptions, AccountSettings } from '@chappe/policy';
import { GatewayError } from '@chappe/policy';
import { optionChecks, SmppError } from '@chappe/smpp';
import { type HandsetState, handsetStates } from './handsets/handset.ts';
import type { HandsetOptions, OutcomeWeights } from './handsets/handsets.ts';

/** What `startSandbox` takes; everything has a default. */
export interface SandboxOptions extends Omit<GatewayOptions, 'store' | 'outlets'> {
  readonly handsets?: HandsetOptions | undefined;
  /** Default 0: any free port. */
  readonly smppPort?: number | undefined;
}

const {
  anything,
  callback,
  listOf,
  milliseconds,
  number,
  objectWith,
  oneOf,
  optionsOf,
  refuse,
  text,
  trueOrFalse,
  whole,
  wrong,
} = optionChecks;
type Check = optionChecks.Check;
type Checks<T> = optionChecks.Checks<T>;

const port: Check = whole(0, 65_535);
const texts: Check = listOf(text);
const proxyProtocol: Check = optionsOf<{ readonly trusted: readonly string[] }>({ trusted: texts }, [
  'trusted',
]);

/** What an object holds is looked at when it is put to use. */
const object: Check = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    wrong(name, value, 'it takes an object');
};

// Values are looked at by those who compile accounts; a misspelt one would never be looked at.
const accountChecks: Checks<AccountSettings & { readonly password: string }> = {
  systemId: text,
  password: text,
  passwordHash: text,
  apiKeyHash: text,
  allowFrom: texts,
  tlsOnly: trueOrFalse,
  clientCertificates: anything,
  bindKinds: listOf(oneOf('transmitter', 'receiver', 'transceiver')),
  binds: whole(0),
  window: whole(1),
  tlvOctets: whole(0),
  throughput: object,
  quota: object,
  senders: texts,
  destinations: texts,
  senderRules: listOf(object),
  numbers: object,
  defaultTon: whole(0, 255),
  defaultNpi: whole(0, 255),
  defaultAlphabet: oneOf('gsm7', 'gsm7-packed', 'latin1', 'ascii'),
  messageId: text,
  receipts: object,
  ownNumbers: texts,
  mo: oneOf('any', 'receiver', 'transceiver', 'none'),
  defaultPriority: whole(0, 3),
  maxPriority: whole(0, 3),
  tags: texts,
  credit: object,
  suspended: trueOrFalse,
};

const account: Check = (value, name) => {
  optionsOf(accountChecks, ['systemId'])(value, name);
  const { password, passwordHash } = value as {
    readonly password?: unknown;
    readonly passwordHash?: unknown;
  };
  if (password === undefined && passwordHash === undefined)
    refuse(`${name}.password`, 'is missing: it takes a text');
};

const accountsExample = "{ open: false, list: [{ systemId: 'shop', password: 'secret' }] }";

const accounts: Check = (value, name) => {
  const isShaped = typeof value === 'object' && value !== null && 'open' in value;
  if (!isShaped)
    wrong(name, value, `it takes { open: true }, which lets everybody in, or ${accountsExample}`);
  const isOpen = (value as AccountOptions).open;
  trueOrFalse(isOpen, `${name}.open`);
  const closed = { open: trueOrFalse, list: listOf(account) };
  if (isOpen) optionsOf<{ readonly open: true }>({ open: trueOrFalse })(value, name);
  else optionsOf<{ readonly open: false; readonly list: readonly unknown[] }>(closed, ['list'])(value, name);
};

const delays: Check = (value, name) => {
  listOf(milliseconds)(value, name);
  const [shortest = 0, longest = -1, ...more] = value as readonly number[];
  if (more.length > 0 || longest < shortest)
    refuse(name, 'takes two numbers: the shortest and the longest time');
};

const weight: Check = number(0);

const outcomeChecks: Checks<OutcomeWeights> = {
  delivered: weight,
  undeliverable: weight,
  expired: weight,
  rejected: weight,
};

const handsetChecks: Checks<HandsetOptions> = {
  delayMs: delays,
  seed: number(Number.NEGATIVE_INFINITY),
  capacity: whole(1),
  inboxMessages: whole(0),
  outcomes: optionsOf(outcomeChecks),
};

const smppChecks: Checks<SmppListenOptions> = {
  host: text,
  port,
  isClosed: trueOrFalse,
  systemId: text,
  limits: object,
  proxyProtocol,
};

const tlsChecks: Checks<TlsListenOptions> = {
  host: text,
  port,
  cert: anything,
  key: anything,
  passphrase: text,
  ca: anything,
  ciphers: text,
  requestClientCertificate: trueOrFalse,
};

const listenChecks: Checks<ListenOptions> = { host: text, port, tls: object, proxyProtocol };

const lifetimeChecks: Checks<LifetimeLimits> = {
  validityMs: milliseconds,
  maxValidityMs: milliseconds,
  maxScheduleMs: milliseconds,
};

const sandboxChecks: Checks<SandboxOptions> = {
  smppPort: port,
  control: object,
  settings: object,
  sealing: object,
  actions: listOf(object),
  smpp: optionsOf(smppChecks),
  tls: optionsOf(tlsChecks),
  listeners: listOf(optionsOf(listenChecks, ['port'])),
  accounts,
  rememberPasswords: trueOrFalse,
  handsets: optionsOf(handsetChecks),
  connect: callback,
  clock: objectWith('nowMs', 'monotonicMs', 'setTimer'),
  random: callback,
  onError: callback,
  onPeerFault: callback,
  onBindRefused: callback,
  lifetime: optionsOf(lifetimeChecks),
  receiptValidityMs: milliseconds,
  receiptFormat: object,
  callbacks: optionsOf<{ readonly allowPrivate?: boolean | undefined }>({ allowPrivate: trueOrFalse }),
  center: object,
};

const check: Check = optionsOf(sandboxChecks);

/** What is asked of a handset. */
interface PhoneArguments {
  readonly msisdn: string;
  readonly text?: string;
  readonly to?: string;
  readonly state?: HandsetState;
}

const named: Check = (value, name) => {
  text(value, name);
  if (value === '') refuse(name, "is empty: it takes a number, as '447700900123'");
};

const checkArguments: Check = optionsOf<PhoneArguments>(
  { msisdn: named, text, to: named, state: oneOf(...handsetStates) },
  ['msisdn'],
);

const checkWaitOptions: Check = optionsOf<WaitOptions>({
  timeoutMs: milliseconds,
  signal: objectWith('addEventListener', 'removeEventListener'),
  recentMs: milliseconds,
  look: callback,
});

/** As `checkSandboxOptions`, for what is searched or waited for. */
export function checkQuery(where: string, query: unknown, wait: WaitOptions | undefined): void {
  checked(where, () => {
    if (typeof query !== 'string' && typeof query !== 'function') {
      wrong('the query', query, "it takes a text, as 'to:447700900123', or of waitForMessage a function");
    }
    if (wait !== undefined) checkWaitOptions(wait, '');
  });
}

/** Throws `GatewayError` CHAPPE_GATEWAY_INVALID that names the option which is misspelt or wrong. */
export function checkSandboxOptions(options: SandboxOptions): void {
  checked('startSandbox', () => check(options, ''));
}

/** As `checkSandboxOptions`, for a handset. */
export function checkPhone(given: PhoneArguments): void {
  // What is undefined was left out here by mistake.
  const required = Object.entries(given).find(([, value]) => value === undefined);
  checked('phone', () => {
    if (required !== undefined) refuse(required[0], 'is missing: it takes a text');
    checkArguments(given, '');
  });
}

function checked(where: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (!(cause instanceof SmppError)) throw cause;
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', `${where}: ${cause.message}`, { cause });
  }
}
