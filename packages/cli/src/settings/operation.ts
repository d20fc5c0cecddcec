/** Settings of the commands about what goes on: sessions, receipts, money, held messages, opt-outs, the live table. */
import { type IdForm, idForm } from './entries.ts';
import { type ApiValues, apiSettings } from './http.ts';
import type { Setting, Settings } from './setting.ts';
import { duration, many, one, oneOf, onOff, text, whole } from './values.ts';

const maxPage = 1_000;

function optionalText(flag: string, value: string, about: string): Setting<string | undefined> {
  return { flag, value, about, fallback: undefined, read: one(text) };
}

const limitSetting: Setting<number> = {
  flag: 'limit',
  value: 'number',
  about: 'ls: at most so many',
  fallback: 100,
  read: one(whole(1, maxPage)),
};

const beforeSetting = optionalText('before', 'place', 'go on below this: what the page before has named');

/** Which there are says the server. */
function eventType(value: string): string {
  if (/^[a-z]+(?:\.[a-z]+)?$/.test(value)) return value;
  throw new TypeError('expected a word such as message, or message.delivered');
}

/** What `chappe session` can be told. */
export interface SessionValues extends ApiValues {
  readonly account: string | undefined;
  readonly connector: string | undefined;
  readonly session: string | undefined;
  readonly withText: boolean;
  readonly types: readonly string[];
  readonly count: number | undefined;
}

/** Table of `chappe session`. */
export const sessionSettings: Settings<SessionValues> = {
  account: optionalText('account', 'name', 'only of this account'),
  connector: optionalText('connector', 'name', 'tail, trace: only of this connector'),
  session: optionalText('session', 'id', 'tail, trace: only of this session'),
  withText: { flag: 'text', about: 'trace: with what messages say', fallback: false, read: one(onOff) },
  types: {
    flag: 'type',
    value: 'type',
    about:
      'tail: only these events: message, receipt, submission, session, connector, breaker, pumping, handset, or one, as message.delivered',
    isRepeatable: true,
    shown: 'all',
    fallback: [],
    read: many(eventType),
  },
  count: {
    flag: 'count',
    short: 'n',
    value: 'number',
    about: 'tail, trace: end after so many',
    fallback: undefined,
    read: one(whole(1, Number.MAX_SAFE_INTEGER)),
  },
  ...apiSettings,
};

/** What `chappe audit` can be told. */
export interface AuditValues extends ApiValues {
  readonly by: string | undefined;
  readonly what: string | undefined;
  readonly target: string | undefined;
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly limit: number;
}

/** Table of `chappe audit`. */
export const auditSettings: Settings<AuditValues> = {
  by: optionalText('by', 'name', 'only by this key; reload, start; nobody: wrong keys'),
  what: optionalText('what', 'operation', 'only this operation, such as putAccount'),
  target: optionalText('target', 'name', 'only of this account, connector, message'),
  after: optionalText('after', 'time', 'only later: 2026-03-01, or a time in UTC'),
  before: optionalText('before', 'time', 'only earlier, or what the page before has named'),
  limit: { ...limitSetting, about: 'at most so many' },
  ...apiSettings,
};

/** What `chappe receipts` can be told. */
export interface ReceiptsValues extends ApiValues {
  readonly connector: string | undefined;
  readonly ids: IdForm | undefined;
  readonly limit: number;
  readonly before: string | undefined;
}

/** Table of `chappe receipts`. */
export const receiptsSettings: Settings<ReceiptsValues> = {
  connector: optionalText('connector', 'name', 'unmatched: only of this connector'),
  ids: {
    flag: 'ids',
    value: 'form',
    about:
      'rematch: how its ids relate to those of responses, from now on: same, hex-dec, dec-hex; loose: any',
    shown: 'any',
    fallback: undefined,
    read: one(idForm),
  },
  limit: { ...limitSetting, about: 'unmatched: at most so many' },
  before: beforeSetting,
  ...apiSettings,
};

/** What `chappe ledger` can be told. */
export interface LedgerValues extends ApiValues {
  readonly note: string | undefined;
  readonly reference: string | undefined;
  readonly limit: number;
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly account: string | undefined;
  readonly day: string | undefined;
  readonly format: 'csv' | 'jsonl';
}

// A check reads every stored message.
const ledgerTimeoutMs = 60_000;

/** Table of `chappe ledger`. */
export const ledgerSettings: Settings<LedgerValues> = {
  note: optionalText('note', 'text', 'credit: what it is for'),
  reference: {
    ...optionalText('reference', 'text', 'credit: your name for it; the same one again is no second credit'),
    shown: 'a new one',
  },
  limit: { ...limitSetting, about: 'statement: at most so many lines' },
  after: optionalText(
    'after',
    'place',
    'statement: later lines only: a day, a time, or what the page before names',
  ),
  before: optionalText('before', 'place', 'statement: earlier lines only: a day or a time'),
  account: optionalText('account', 'name', 'records: only of this account'),
  day: {
    ...optionalText('day', 'day', 'records: messages accepted on that day, UTC: 2026-11-29'),
    shown: 'yesterday',
  },
  format: {
    flag: 'format',
    value: 'format',
    about: 'records: csv, or jsonl: one JSON object a line',
    fallback: 'csv',
    read: one(oneOf('csv', 'jsonl')),
  },
  ...apiSettings,
  timeoutMs: { ...apiSettings.timeoutMs, fallback: ledgerTimeoutMs, shown: '60s' },
};

/** What `chappe held` can be told. */
export interface HeldValues extends ApiValues {
  readonly query: string | undefined;
  readonly all: boolean;
  readonly to: string | undefined;
  readonly limit: number;
  readonly before: string | undefined;
}

/** Table of `chappe held`. */
export const heldSettings: Settings<HeldValues> = {
  query: optionalText('query', 'query', "release: those that fulfil it, as 'account:acme to:4477*'"),
  all: { flag: 'all', about: 'release: all of them', fallback: false, read: one(onOff) },
  to: optionalText(
    'to',
    'account',
    'release: who gets a message from a handset, whatever rules and numbers say',
  ),
  limit: limitSetting,
  before: beforeSetting,
  ...apiSettings,
};

/** What `chappe opt-out` can be told. */
export interface OptOutValues extends ApiValues {
  readonly handset: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Table of `chappe opt-out`. */
export const optOutSettings: Settings<OptOutValues> = {
  handset: optionalText('handset', 'number', 'ls: only of this handset'),
  limit: limitSetting,
  cursor: optionalText('cursor', 'place', 'ls: go on from here: what the page before has named'),
  ...apiSettings,
};

/** What `chappe top` can be told. */
export interface TopValues extends ApiValues {
  readonly once: boolean;
  readonly intervalMs: number;
}

// Faster than the eye, and each look costs the server something.
const leastIntervalMs = 200;

function interval(value: string): number {
  const ms = duration(value);
  if (ms >= leastIntervalMs) return ms;
  throw new TypeError(`expected at least ${leastIntervalMs}ms`);
}

/** Table of `chappe top`. */
export const topSettings: Settings<TopValues> = {
  once: {
    flag: 'once',
    about: 'one look, then end; so it is where no person looks',
    fallback: false,
    read: one(onOff),
  },
  intervalMs: {
    flag: 'interval',
    short: 'i',
    value: 'duration',
    about: 'from one look to the next',
    fallback: 2_000,
    shown: '2s',
    read: one(interval),
  },
  ...apiSettings,
};
