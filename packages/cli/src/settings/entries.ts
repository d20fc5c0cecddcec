/** Settings of the commands about entries: accounts, connectors, routes. */
import type { TlvInput } from '@chappe/protocol';
import { type ApiValues, apiSettings } from './http.ts';
import { readTlv } from './send.ts';
import type { Setting, Settings } from './setting.ts';
import { duration, many, one, oneOf, onOff, text, whole } from './values.ts';

const fileSetting: Setting<string | undefined> = {
  flag: 'file',
  short: 'f',
  value: 'file',
  about: 'the entry in YAML or JSON, in the shape of the configuration; - is standard input',
  fallback: undefined,
  read: one(text),
};

/** What `chappe account` can be told. */
export interface AccountValues extends ApiValues {
  readonly file: string | undefined;
  readonly generate: boolean;
}

/** Table of `chappe account`. */
export const accountSettings: Settings<AccountValues> = {
  file: fileSetting,
  generate: {
    flag: 'generate',
    about: 'add, passwd: a password made at random, shown once; checking it takes little work',
    fallback: false,
    read: one(onOff),
  },
  ...apiSettings,
};

/** What `chappe connector` can be told. */
export interface ConnectorValues extends ApiValues {
  readonly file: string | undefined;
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly text: string | undefined;
}

// Binding, a response, and all that may be slow on the way to an operator.
const connectorTimeoutMs = 60_000;

/** Table of `chappe connector`. */
export const connectorSettings: Settings<ConnectorValues> = {
  file: fileSetting,
  to: {
    flag: 'to',
    short: 't',
    value: 'number',
    about: 'test: also send a message through this connector only, to this number',
    fallback: undefined,
    read: one(text),
  },
  from: { flag: 'from', value: 'sender', about: 'test: its sender', fallback: undefined, read: one(text) },
  text: { flag: 'text', value: 'text', about: 'test: its text', fallback: undefined, read: one(text) },
  ...apiSettings,
  timeoutMs: { ...apiSettings.timeoutMs, fallback: connectorTimeoutMs, shown: '60s' },
};

/** A message to look for a route for. */
export interface RouteQuestion {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly text: string | undefined;
  readonly coding: string | undefined;
  readonly tags: readonly string[];
  readonly tlvs: readonly TlvInput[];
  /** Epoch milliseconds; undefined: now. */
  readonly atMs: number | undefined;
}

/** What `chappe route` can be told. */
export interface RouteValues extends ApiValues, RouteQuestion {
  readonly config: string | undefined;
  readonly mo: boolean;
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly limit: number | undefined;
}

// The whole traffic of a busy day.
const maxReplayed = 100_000_000;
// A day of messages is read page by page.
const routeTimeoutMs = 60_000;

/** A time: `2026-07-20T10:00:00Z`, a day `2026-07-20` (UTC), or a duration ago. */
export function time(nowMs: () => number): (value: string) => number {
  return (value) => {
    const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value);
    const ms = isTime ? Date.parse(value) : Number.NaN;
    if (Number.isFinite(ms)) return ms;
    try {
      return nowMs() - duration(value);
    } catch {
      throw new TypeError(
        'expected a time such as 2026-07-20T10:00:00Z, a day, or how long ago, such as 24h',
      );
    }
  };
}

const timeOf = time(() => Date.now());

const questionSettings: Settings<RouteQuestion> = {
  to: { flag: 'to', short: 't', value: 'number', about: 'test: whom to', fallback: '', read: one(text) },
  from: { flag: 'from', value: 'sender', about: 'test: the sender', fallback: '', read: one(text) },
  account: { flag: 'account', value: 'name', about: 'test: whose message', fallback: '', read: one(text) },
  text: { flag: 'text', value: 'text', about: 'test: the text', fallback: undefined, read: one(text) },
  coding: {
    flag: 'coding',
    value: 'coding',
    about: 'test: gsm7, ucs2, latin1, octet, ...',
    shown: 'the smallest that holds the text',
    fallback: undefined,
    read: one(text),
  },
  tags: {
    flag: 'tag',
    value: 'tag',
    about: 'test: a tag, instead of those of the account',
    isRepeatable: true,
    shown: '',
    fallback: [],
    read: many(text),
  },
  tlvs: {
    flag: 'tlv',
    value: 'name=value',
    about: 'test: a TLV: user_message_reference=7, 0x1403=hex:0102, 0x1403=text',
    isRepeatable: true,
    shown: '',
    fallback: [],
    read: many(readTlv),
  },
  atMs: {
    flag: 'at',
    value: 'time',
    about: 'test: when, as 2026-07-20T10:00:00Z',
    shown: 'now',
    fallback: undefined,
    read: one(timeOf),
  },
};

/** Table of `chappe route`. */
export const routeSettings: Settings<RouteValues> = {
  ...questionSettings,
  config: {
    flag: 'config',
    short: 'c',
    value: 'file',
    about: 'test, replay: take the routes of this file instead of those in force',
    fallback: undefined,
    read: one(text),
  },
  mo: {
    flag: 'mo',
    about: 'ls: rules for messages from handsets',
    fallback: false,
    read: one(onOff),
  },
  sinceMs: {
    flag: 'since',
    value: 'time',
    about: 'replay: messages from this time on, or from so long ago',
    shown: 'yesterday',
    fallback: undefined,
    read: one(timeOf),
  },
  untilMs: {
    flag: 'until',
    value: 'time',
    about: 'replay: messages before this time',
    fallback: undefined,
    read: one(timeOf),
  },
  limit: {
    flag: 'limit',
    value: 'number',
    about: 'replay: at most so many messages',
    fallback: undefined,
    read: one(whole(1, maxReplayed)),
  },
  ...apiSettings,
  timeoutMs: { ...apiSettings.timeoutMs, fallback: routeTimeoutMs, shown: '60s' },
};

/** How ids in receipts relate to those in responses. */
export type IdForm = 'same' | 'hex-dec' | 'dec-hex' | 'loose';

/** Its reader. */
export const idForm: (value: string) => IdForm = oneOf('same', 'hex-dec', 'dec-hex', 'loose');
