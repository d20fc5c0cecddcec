/** Settings of `chappe send`. */
import { nearest, type TlvInput, type TlvName, tlvs } from '@chappe/protocol';
import type { OutgoingMessage, ReceiptWish, TextSettings } from '@chappe/smpp';
import { type ConnectionValues, connectionSettings } from './connection.ts';
import type { Settings } from './setting.ts';
import { duration, many, one, oneOf, onOff, text, whole } from './values.ts';

/** What send can be told. */
export interface SendValues extends ConnectionValues {
  readonly to: string;
  readonly from: string;
  readonly text: string | undefined;
  readonly file: string | undefined;
  readonly hex: string | undefined;
  readonly dataCoding: number | undefined;
  readonly coding: OutgoingMessage['coding'];
  readonly replacement: string | undefined;
  readonly long: TextSettings['longMessage'];
  readonly messageClass: OutgoingMessage['messageClass'];
  readonly receipt: ReceiptWish | undefined;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly validityMs: number | undefined;
  readonly scheduleMs: number | undefined;
  readonly priority: number | undefined;
  readonly serviceType: string | undefined;
  readonly tlvs: readonly TlvInput[];
}

function tagOf(name: string): number {
  if (/^0x[0-9a-f]{1,4}$/i.test(name)) return Number(name);
  const definition = Object.hasOwn(tlvs, name) ? tlvs[name as TlvName] : undefined;
  if (definition !== undefined) return definition.tag;
  const near = nearest(name, Object.keys(tlvs));
  throw new TypeError(
    `expected the name of a TLV or 0x1403${near === undefined ? '' : `: did you mean ${near}?`}`,
  );
}

function octetsOf(value: string): Uint8Array {
  if (!value.startsWith('hex:')) return new Uint8Array(Buffer.from(value, 'utf8'));
  const digits = value.slice('hex:'.length);
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits))
    throw new TypeError('expected pairs of hexadecimal digits after hex:');
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** A TLV as it is typed: `user_message_reference=7`, `0x1403=hex:0102`, `0x1403=text`. */
export function readTlv(given: string): TlvInput {
  const at = given.indexOf('=');
  if (at < 0) throw new TypeError('expected name=value, as user_message_reference=7 or 0x1403=hex:0102');
  const name = given.slice(0, at);
  const value = given.slice(at + 1);
  const tag = tagOf(name);
  if (!Object.hasOwn(tlvs, name)) return { tag, value: octetsOf(value) };
  const { type } = tlvs[name as TlvName];
  if (type === 'integer' || type === 'bitmask') {
    const number = Number(value);
    if (value.trim() === '' || !Number.isSafeInteger(number))
      throw new TypeError(`expected a number for ${name}`);
    return { name, tag, value: number } as TlvInput;
  }
  return { name, tag, value: type === 'c_octet_string' ? value : octetsOf(value) } as TlvInput;
}

const wholeClass = whole(0, 3);

/** Their table. */
export const sendSettings: Settings<SendValues> = {
  to: { flag: 'to', short: 't', value: 'number', about: 'whom to', fallback: '', read: one(text) },
  from: {
    flag: 'from',
    short: 'f',
    value: 'sender',
    env: 'CHAPPE_FROM',
    about: 'a number, a short code or a name',
    fallback: '',
    read: one(text),
  },
  text: { flag: 'text', value: 'text', about: 'the text', fallback: undefined, read: one(text) },
  file: {
    flag: 'file',
    value: 'file',
    about: 'read the text from a file; - is standard input',
    fallback: undefined,
    read: one(text),
  },
  hex: {
    flag: 'hex',
    value: 'octets',
    about: 'octets in hexadecimal instead of a text',
    fallback: undefined,
    read: one(text),
  },
  dataCoding: {
    flag: 'data-coding',
    value: 'number',
    about: 'of the octets of --hex',
    fallback: undefined,
    shown: '4, binary',
    read: one(whole(0, 255)),
  },
  coding: {
    flag: 'coding',
    value: 'coding',
    about: 'gsm7, latin1, ascii, ucs2, cyrillic, hebrew',
    fallback: undefined,
    shown: 'the smallest that holds the text',
    read: one(oneOf('gsm7', 'latin1', 'ascii', 'ucs2', 'cyrillic', 'hebrew')),
  },
  replacement: {
    flag: 'replace',
    value: 'sign',
    about: 'stands for each character that the coding does not hold; without it such a text is refused',
    fallback: undefined,
    read: one(text),
  },
  long: {
    flag: 'long',
    value: 'method',
    about: 'how a long text is cut: udh8, udh16, sar, payload',
    fallback: 'udh8',
    read: one(oneOf('udh8', 'udh16', 'sar', 'payload')),
  },
  messageClass: {
    flag: 'class',
    value: 'class',
    about: '0 flash, 1 phone, 2 SIM, 3 terminal',
    fallback: undefined,
    read: one((value) => wholeClass(value) as 0 | 1 | 2 | 3),
  },
  receipt: {
    flag: 'receipt',
    value: 'which',
    about: 'ask for receipts: none, final, failure, success, all',
    fallback: undefined,
    shown: 'none, final with --wait',
    read: one(oneOf('none', 'final', 'failure', 'success', 'all')),
  },
  wait: {
    flag: 'wait',
    short: 'w',
    about: 'wait for the receipt; exit code 7 if it does not say delivered, 6 if none comes',
    fallback: false,
    read: one(onOff),
  },
  timeoutMs: {
    flag: 'timeout',
    value: 'duration',
    about: 'how long to wait, for each response and for the receipt',
    fallback: 60_000,
    shown: '60s',
    read: one(duration),
  },
  validityMs: {
    flag: 'validity',
    value: 'duration',
    about: 'how long delivery is tried',
    fallback: undefined,
    read: one(duration),
  },
  scheduleMs: {
    flag: 'schedule',
    value: 'duration',
    about: 'deliver after that time',
    fallback: undefined,
    read: one(duration),
  },
  priority: {
    flag: 'priority',
    value: '0-3',
    about: 'priority',
    fallback: undefined,
    read: one(whole(0, 3)),
  },
  serviceType: {
    flag: 'service-type',
    value: 'type',
    about: 'service_type',
    fallback: undefined,
    read: one(text),
  },
  tlvs: {
    flag: 'tlv',
    value: 'name=value',
    isRepeatable: true,
    about: 'a TLV: user_message_reference=7, 0x1403=hex:0102, 0x1403=text',
    fallback: [],
    read: many(readTlv),
  },
  ...connectionSettings('transceiver'),
};
