/** Settings of the commands that ask a running Chappe over HTTP. */
import type { ApiAccess } from '../http-api.ts';
import type { Settings } from './setting.ts';
import { duration, one, onOff, text, whole } from './values.ts';

/** Where the API is, and who asks. */
export interface ApiValues extends ApiAccess {
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
  key: {
    flag: 'key',
    value: 'key',
    env: 'CHAPPE_API_KEY',
    isSecret: true,
    about: 'key for the API; better in the variable or in a file, since other users can see command lines',
    fallback: undefined,
    read: one(text),
  },
  keyFile: {
    flag: 'key-file',
    value: 'file',
    about: 'a file with the key; wins over --key',
    fallback: undefined,
    read: one(text),
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
