/** Accounts: who connects to us. */
import { createHash } from 'node:crypto';
import type {
  AccountReceiptSettings,
  AccountSettings,
  CreditSettings,
  MessageIdForm,
  QuotaSettings,
} from '@chappe/policy';
import { z } from 'zod';
import { timeZone } from '../values/values.ts';
import { credential, digitPrefix, network, pattern, plainText, systemId } from '../values/words.ts';
import { alphabet } from './codings.ts';
import { compact, oneOf, oneOrMany, optional, reference, required, scalar, section } from './field.ts';
import { listOrFile } from './lists.ts';
import { numberPlan, senderRules, throughput } from './numbers.ts';
import { type PriorityRange, priority } from './priority.ts';
import { type ReadContext, secret } from './read-context.ts';
import { count, flag, money, number, pauseMs } from './shapes.ts';
import { tlvTag } from './tlv.ts';
import { npi, ton } from './ton-npi.ts';

/** An account whose password is still to be hashed: it has one of the two. */
export interface AccountDraft {
  readonly settings: Omit<AccountSettings, 'passwordHash'>;
  readonly password: string | undefined;
  readonly passwordHash: string | undefined;
}

// What one session may have open; a customer with more opens more sessions.
const maxWindow = 100_000;
const maxBinds = 10_000;
const maxReceipts = 1_000_000_000;
// All that a PDU has room for.
const maxTlvOctets = 131_072;
// The whole world's messages of a day are fewer.
const maxQuota = 1_000_000_000_000;
const maxTagLength = 64;
// Shorter ones are guessed.
const minKeyLength = 16;

const bindKinds = ['transmitter', 'receiver', 'transceiver'] as const;
const messageIdForms: readonly MessageIdForm[] = ['hex', 'uuid', 'decimal', 'hexdec', 'short'];

/** SHA-256 in hexadecimal. */
export function sha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new TypeError('expected a SHA-256 of 64 hexadecimal digits');
}

// RFC 5280 leaves it open; theirs have some hundred characters.
const maxSubjectLength = 1_000;

/** A subject as it stands in the list of sessions, or a SHA-256 fingerprint with colons or without. */
function certificateName(text: string): string {
  const plain = text.replace(/^sha-?256[:=]/i, '').replaceAll(':', '');
  if (/^[0-9a-f]{64}$/i.test(plain)) return plain.toLowerCase();
  if (/^[A-Za-z0-9.]+=/.test(text) && text.length <= maxSubjectLength && !/\p{Cc}/u.test(text)) return text;
  throw new TypeError(
    'expected a subject such as CN=acme,O=Acme, or a SHA-256 fingerprint of 64 hexadecimal digits',
  );
}

/** The hash of a key for the HTTP API. */
export function keyHash(world: ReadContext): (text: string) => string {
  return (text) => {
    const key = secret(world)(text);
    if (key.length < minKeyLength) throw new TypeError(`a key has at least ${minKeyLength} characters`);
    return createHash('sha256').update(key).digest('hex');
  };
}

// What the gateway takes: a power of two from 2^10 to 2^17, a salt of 8 octets and more, a key of 16 and more.
const minExponent = 10;
const maxExponent = 17;
const hashForm = /^scrypt\$(\d{4,6})\$(\d{1,2})\$(\d{1,2})\$[\w-]{11,86}\$[\w-]{22,86}$/;

function scryptHash(world: ReadContext): (text: string) => string {
  return (text) => {
    const hash = secret(world)(text);
    const exponent = Math.log2(Number(hashForm.exec(hash)?.[1]));
    if (Number.isInteger(exponent) && exponent >= minExponent && exponent <= maxExponent) return hash;
    throw new TypeError('expected a hash of the form scrypt$N$r$p$salt$hash');
  };
}

const quota: z.ZodType<QuotaSettings> = section({
  day: optional(count(maxQuota), 'segments a day (UTC)'),
  month: optional(count(maxQuota), 'segments a month (UTC)'),
}).transform(({ day, month }) => compact<QuotaSettings>({ day, month }));

const credit: z.ZodType<CreditSettings> = section({
  mode: required(
    oneOf(['prepaid', 'postpaid']),
    'prepaid: nothing is accepted that the balance does not cover; postpaid: it may go below zero',
  ),
  limit: optional(money, 'postpaid: how far below zero; without it there is no bound'),
  perDay: optional(money, 'most that may be spent in a day (UTC)'),
  perMonth: optional(money, 'most that may be spent in a month (UTC)'),
  charge: optional(
    oneOf(['accepted', 'delivered']),
    'accepted: charged unless every upstream refuses it; delivered: only when delivered',
    'accepted',
  ),
}).transform(({ mode, limit, perDay, perMonth, charge }, context) => {
  if (mode === 'prepaid' && limit !== undefined)
    context.addIssue({ code: 'custom', message: 'a limit below zero is for postpaid', path: ['limit'] });
  return compact<CreditSettings>({ mode, limit, perDay, perMonth, charge });
});

interface Dlr {
  readonly messageId: MessageIdForm | undefined;
  readonly receipts: AccountReceiptSettings | undefined;
}

const receiptTlvs: z.ZodType<NonNullable<AccountReceiptSettings['tlvs']>> = z.union(
  [oneOf(['none', 'all']), oneOrMany(tlvTag)],
  { error: 'expected all, none, or tags such as 0x1403' },
);

function dlrSchema(world: ReadContext): z.ZodType<Dlr> {
  return section({
    messageId: optional(
      oneOf(messageIdForms),
      'form of message ids: hexdec is hexadecimal in responses and decimal in receipts; 3.3 sessions get short',
      'hex',
    ),
    timezone: optional(scalar(timeZone), 'of the two dates: Europe/Paris, +02:00', 'UTC'),
    seconds: optional(flag, 'dates with seconds, 12 digits instead of 10', false),
    textLabel: optional(oneOf(['text', 'Text']), 'how the label of the text is written', 'text'),
    quoteText: optional(flag, 'whether the first 20 characters of the message stand in it', true),
    longMessages: optional(
      oneOf(['all', 'first', 'last', 'aggregate']),
      'receipts for a long text that was cut here: of all segments, of one, or one for the whole',
      'aggregate',
    ),
    binds: optional(oneOf(['any', 'receiver', 'transceiver']), 'which binds get receipts', 'any'),
    webhook: optional(
      scalar(reference(world.known.webhooks, 'webhook')),
      'the webhook that gets receipts, instead of a bind',
    ),
    validity: optional(
      pauseMs,
      'how long a receipt waits for a bind; default that of lifetime.receiptValidity',
    ),
    limit: optional(
      count(maxReceipts),
      'most receipts that wait for a bind, about: beyond, they are counted and not made; else no limit',
    ),
    dataSm: optional(flag, 'sent as data_sm instead of deliver_sm', false),
    tlvs: optional(
      receiptTlvs,
      "TLVs of the operator's receipt that are passed on, besides network_error_code: all, none, or tags such as 0x1403",
      'none',
    ),
  }).transform((given): Dlr => {
    const receipts = compact<AccountReceiptSettings>({
      timeZone: given.timezone,
      seconds: given.seconds,
      textLabel: given.textLabel,
      quoteText: given.quoteText,
      longMessages: given.longMessages,
      binds: given.binds,
      webhook: given.webhook,
      validityMs: given.validity,
      limit: given.limit,
      asDataSm: given.dataSm,
      tlvs: given.tlvs,
    });
    return {
      messageId: given.messageId,
      receipts: Object.keys(receipts).length === 0 ? undefined : receipts,
    };
  });
}

function whoKeys(world: ReadContext) {
  return {
    systemId: required(scalar(systemId), 'its name: system_id of its binds, name of the account everywhere'),
    password: optional(
      scalar((text) => credential(secret(world)(text))),
      'its password; hashed when the file is read',
    ),
    passwordHash: optional(scalar(scryptHash(world)), 'or the hash of it: scrypt$N$r$p$salt$hash'),
    apiKey: optional(scalar(keyHash(world)), 'its key for the HTTP API; without one it cannot send by HTTP'),
    apiKeyHash: optional(scalar(sha256), 'or the SHA-256 of it, in hexadecimal: for keys made at random'),
    allowFrom: optional(oneOrMany(scalar(network)), 'networks or addresses that it may come from; else any'),
    tlsOnly: optional(flag, 'binds without TLS are refused', false),
    clientCertificates: optional(
      oneOrMany(scalar(certificateName)),
      'client certificates of which it must show one: subjects (CN=acme,O=Acme) or SHA-256 fingerprints; else none',
    ),
    bindKinds: optional(oneOrMany(oneOf(bindKinds)), 'which kinds of binds it may make; else any'),
    binds: optional(count(maxBinds), 'sessions at once', 100),
    suspended: optional(flag, 'binds are refused and sessions ended; its receipts wait', false),
  };
}

const mayKeys = {
  window: optional(count(maxWindow), 'its requests that may await our answer; else smpp.defaults.window'),
  tlvOctets: optional(
    number(0, maxTlvOctets),
    'octets that the TLVs of one message may have; beyond: ESME_RINVTLVLEN',
    4096,
  ),
  throughput: optional(throughput, 'how fast it may submit: 200/s, or keys rate, burst and excess'),
  quota: optional(quota, 'how much it may submit; beyond: ESME_RTHROTTLED'),
  senderIds: optional(
    oneOrMany(scalar(pattern)),
    'senders it may use: exact, or with * at the end; else any',
  ),
  destinations: optional(oneOrMany(scalar(digitPrefix)), 'first digits of numbers it may write to; else any'),
  senderRules: optional(
    senderRules,
    'senders that are replaced or refused: the first rule that matches counts',
  ),
  credit: optional(credit, 'prepaid or postpaid, and what it may spend'),
};

function moKeys(world: ReadContext) {
  return {
    ownNumbers: optional(
      listOrFile(world, pattern),
      'numbers that are given to it, exact or with * at the end: what handsets write there is its; else none',
    ),
    mo: optional(
      oneOf(['any', 'receiver', 'transceiver', 'none']),
      'whether messages from handsets go to it, and to which binds',
      'any',
    ),
  };
}

const formKeys = {
  numbers: optional(numberPlan, 'how it writes destinations'),
  defaultTon: optional(ton, 'TON of addresses that came with TON and NPI 0'),
  defaultNpi: optional(npi, 'NPI of addresses that came with TON and NPI 0'),
  defaultAlphabet: optional(alphabet, 'what data_coding 0 means to it', 'gsm7'),
  priority: optional(priority, '0 to 3: that of messages that do not say, or keys default and max'),
  tags: optional(oneOrMany(scalar(plainText(maxTagLength))), 'names for routing rules'),
};

type Parsed = z.output<ReturnType<typeof accountKeys>>;

function accountKeys(world: ReadContext) {
  return section({
    ...whoKeys(world),
    ...mayKeys,
    ...formKeys,
    ...moKeys(world),
    dlr: optional(dlrSchema(world), 'how receipts to it look'),
  });
}

/** An account as it is written. */
export function accountSchema(world: ReadContext): z.ZodType<AccountDraft> {
  return accountKeys(world).transform((given, context): AccountDraft => {
    const say = (message: string, key: string): void =>
      context.addIssue({ code: 'custom', message, path: [key] });
    const { password, passwordHash, apiKey, apiKeyHash } = given;
    if (password === undefined && passwordHash === undefined)
      context.addIssue({ code: 'custom', message: '"password" or "passwordHash" is missing' });
    if (password !== undefined && passwordHash !== undefined)
      say('there are a password and a hash: one of them is enough', 'passwordHash');
    if (apiKey !== undefined && apiKeyHash !== undefined)
      say('there are a key and a hash: one of them is enough', 'apiKeyHash');
    return { settings: settingsOf(given), password, passwordHash };
  });
}

function settingsOf(given: Parsed): AccountDraft['settings'] {
  const range: PriorityRange = given.priority ?? {};
  return compact<AccountDraft['settings']>({
    systemId: given.systemId,
    apiKeyHash: given.apiKey ?? given.apiKeyHash,
    allowFrom: given.allowFrom,
    tlsOnly: given.tlsOnly,
    clientCertificates: given.clientCertificates,
    bindKinds: given.bindKinds,
    binds: given.binds,
    window: given.window,
    tlvOctets: given.tlvOctets,
    throughput: given.throughput,
    quota: given.quota,
    senders: given.senderIds,
    destinations: given.destinations,
    senderRules: given.senderRules,
    numbers: given.numbers,
    defaultTon: given.defaultTon,
    defaultNpi: given.defaultNpi,
    defaultAlphabet: given.defaultAlphabet,
    messageId: given.dlr?.messageId,
    receipts: given.dlr?.receipts,
    ownNumbers: given.ownNumbers,
    mo: given.mo,
    defaultPriority: range.default,
    maxPriority: range.max,
    tags: given.tags,
    credit: given.credit,
    suspended: given.suspended,
  });
}
