/** Settings of the commands that ask a running Chappe over HTTP. */
import type { Settings } from './setting.ts';
import { duration, one, onOff, text, whole } from './values.ts';

/** Where the API is. */
export interface ApiValues {
  readonly api: string;
  readonly timeoutMs: number;
}

function baseUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new TypeError('expected a URL such as http://127.0.0.1:8080');
  }
  return value;
}

/** Their table. */
export const apiSettings: Settings<ApiValues> = {
  api: {
    flag: 'api',
    value: 'url',
    env: 'CHAPPE_API',
    about: 'the HTTP API',
    fallback: 'http://127.0.0.1:8080',
    read: one(baseUrl),
  },
  timeoutMs: {
    flag: 'timeout',
    value: 'duration',
    about: 'how long to wait',
    fallback: 10_000,
    shown: '10s',
    read: one(duration),
  },
};

/** What messages can be told. */
export interface MessagesValues extends ApiValues {
  readonly id: string | undefined;
  readonly wait: boolean;
  readonly limit: number;
}

/** Table of `chappe messages`. */
export const messagesSettings: Settings<MessagesValues> = {
  id: {
    flag: 'id',
    value: 'id',
    about: 'this message, with its timeline',
    fallback: undefined,
    read: one(text),
  },
  wait: {
    flag: 'wait',
    short: 'w',
    about: 'wait for a message that fulfils the query; exit code 6 if none comes in time',
    fallback: false,
    read: one(onOff),
  },
  limit: {
    flag: 'limit',
    value: 'number',
    about: 'at most so many',
    fallback: 50,
    read: one(whole(1, 1000)),
  },
  ...apiSettings,
};
