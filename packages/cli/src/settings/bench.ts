/** Settings of `chappe bench`. */
import { measureNames, readThreshold, type Threshold } from '../bench/threshold.ts';
import { type ConnectionValues, connectionSettings } from './connection.ts';
import type { Settings } from './setting.ts';
import { duration, many, one, onOff, rate, text, whole } from './values.ts';

/** What bench can be told. */
export interface BenchValues extends ConnectionValues {
  readonly binds: number;
  readonly window: number;
  readonly perSecond: number | undefined;
  readonly durationMs: number;
  readonly messages: number | undefined;
  readonly warmUpMs: number;
  readonly receipts: boolean;
  readonly receiptTimeoutMs: number;
  readonly timeoutMs: number;
  readonly to: string;
  readonly numbers: number;
  readonly from: string;
  readonly text: string;
  readonly thresholds: readonly Threshold[];
}

const maxMessages = 1_000_000_000;

/** Their table. */
export const benchSettings: Settings<BenchValues> = {
  binds: { flag: 'binds', value: 'number', about: 'sessions', fallback: 1, read: one(whole(1, 10_000)) },
  window: {
    flag: 'window',
    value: 'number',
    about: 'requests per session that await a response',
    fallback: 100,
    read: one(whole(1, 100_000)),
  },
  perSecond: {
    flag: 'rate',
    value: 'rate',
    about: 'messages per second in all, as 5000/s, or max',
    fallback: undefined,
    shown: 'max',
    read: one(rate),
  },
  durationMs: {
    flag: 'duration',
    short: 'd',
    value: 'duration',
    about: 'how long to send, warm-up not counted',
    fallback: 10_000,
    shown: '10s',
    read: one(duration),
  },
  messages: {
    flag: 'messages',
    short: 'n',
    value: 'number',
    about: 'end after so many, even if the duration is not over',
    fallback: undefined,
    read: one(whole(1, maxMessages)),
  },
  warmUpMs: {
    flag: 'warm-up',
    value: 'duration',
    about: 'send that long before measuring begins',
    fallback: 0,
    shown: '0',
    read: one(duration),
  },
  receipts: { flag: 'receipts', about: 'ask for receipts and count them', fallback: false, read: one(onOff) },
  receiptTimeoutMs: {
    flag: 'receipt-timeout',
    value: 'duration',
    about: 'how long to wait for the last receipts, from the last one that came',
    fallback: 10_000,
    shown: '10s',
    read: one(duration),
  },
  timeoutMs: {
    flag: 'timeout',
    value: 'duration',
    about: 'how long to wait for a response',
    fallback: 60_000,
    shown: '60s',
    read: one(duration),
  },
  to: {
    flag: 'to',
    value: 'number',
    about: 'the first number written to',
    fallback: '447700900000',
    read: one(text),
  },
  numbers: {
    flag: 'numbers',
    value: 'number',
    about: 'how many numbers from there on are written to in turn',
    fallback: 10_000,
    read: one(whole(1, maxMessages)),
  },
  from: { flag: 'from', value: 'sender', about: 'the sender', fallback: '60100', read: one(text) },
  text: { flag: 'text', value: 'text', about: 'the text', fallback: 'Twenty octets of tex', read: one(text) },
  thresholds: {
    flag: 'fail',
    value: 'condition',
    isRepeatable: true,
    about: `exit code 7 if it holds: submit_p99>50ms, errors>0.1%, rate<1000 (${measureNames.join(', ')})`,
    fallback: [],
    shown: '',
    read: many(readThreshold),
  },
  ...connectionSettings('transceiver'),
};
