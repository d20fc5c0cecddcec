/** Settings of `chappe listen`. */
import { type ConnectionValues, connectionSettings } from './connection.ts';
import type { Settings } from './setting.ts';
import { duration, one, oneOf, whole } from './values.ts';

/** What listen can be told. */
export interface ListenValues extends ConnectionValues {
  readonly count: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly only: 'message' | 'receipt' | undefined;
}

const maxCount = 1_000_000_000;

/** Their table. */
export const listenSettings: Settings<ListenValues> = {
  count: {
    flag: 'count',
    short: 'n',
    value: 'number',
    about: 'end after so many',
    fallback: undefined,
    read: one(whole(1, maxCount)),
  },
  timeoutMs: {
    flag: 'timeout',
    value: 'duration',
    about: 'end after that time; exit code 6 if --count was not reached',
    fallback: undefined,
    read: one(duration),
  },
  only: {
    flag: 'only',
    value: 'kind',
    about: 'message or receipt: the other kind is acknowledged and left out',
    fallback: undefined,
    read: one(oneOf('message', 'receipt')),
  },
  ...connectionSettings('receiver'),
};
