/** The checks of a message to be sent: what would be dropped, or sent as something else, is refused by its name. */
import { readNumber, textCodings } from '@chappe/protocol';
import { tlvList } from '../core/vendor-tlvs.ts';
import {
  type Check,
  type Checks,
  number,
  oneOf,
  optionsOf,
  refuse,
  text,
  trueOrFalse,
  whole,
  wrong,
} from '../option-checks.ts';
import type { Address, Duration, OutgoingMessage, ReceiptWish } from './outgoing-message.ts';

const octet: Check = whole(0, 255);
const addressChecks: Checks<Address> = { ton: octet, npi: octet, address: text };
const durationPart: Check = number(0);
const durationChecks: Checks<Duration> = {
  days: durationPart,
  hours: durationPart,
  minutes: durationPart,
  seconds: durationPart,
};
const wishes: readonly ReceiptWish[] = ['none', 'final', 'failure', 'success', 'all'];

/** A number or a name, or what is sent of it. */
const address: Check = (value, name) => {
  if (typeof value === 'string') return;
  if (typeof value !== 'object' || value === null) {
    wrong(name, value, "it takes a text, as '447700900123', or { ton, npi, address }");
  }
  optionsOf<Address>(addressChecks, ['ton', 'npi', 'address'])(value, name);
};

const destination: Check = (value, name) => {
  address(value, name);
  const digits = typeof value === 'string' ? value : (value as Address).address;
  if (digits === '') refuse(name, "is empty: it takes a number, as '447700900123'");
  if (typeof value !== 'string' || readNumber(value) !== undefined) return;
  refuse(
    name,
    `is no number (${JSON.stringify(value)}): it takes one, as '+44 7700 900123'; what else an MC takes goes as { ton, npi, address }`,
  );
};

/** From now, or a date. */
const time: Check = (value, name) => {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) refuse(name, 'is an invalid Date');
    return;
  }
  if (typeof value !== 'object' || value === null) {
    wrong(name, value, 'it takes a Date, or a time from now, as { hours: 4 }');
  }
  optionsOf(durationChecks)(value, name);
  const parts: readonly unknown[] = Object.values(value);
  // None, or none that is more than 0: it would be over as soon as it is sent.
  if (!parts.some((part) => (part as number) > 0)) {
    refuse(name, 'is no time from now: it takes one, as { hours: 4 }; left out, the MC decides');
  }
};

const receipt: Check = (value, name) => {
  if (typeof value === 'boolean') {
    wrong(name, value, `it takes ${wishes.join(', ')}; did you mean ${value ? 'final' : 'none'}?`);
  }
  oneOf(...wishes)(value, name);
};

const octets: Check = (value, name) => {
  if (!(value instanceof Uint8Array)) wrong(name, value, 'it takes octets: a Uint8Array or a Buffer');
};

const words: Check = (value, name) => {
  if (value instanceof Uint8Array) refuse(name, 'is octets: it takes a text; octets go into bytes');
  text(value, name);
};

const MESSAGE_PAYLOAD = 0x0424;

/** Names and values are looked at when the TLVs are encoded. */
const tlvs: Check = (value, name) => {
  const list = "[{ name: 'user_message_reference', value: 7 }]";
  const expected = `it takes a list, as ${list}, or a record, as { user_message_reference: 7 }`;
  const isObject = typeof value === 'object' && value !== null;
  if (Array.isArray(value)) {
    const isNone = (one: unknown): boolean => typeof one !== 'object' || one === null;
    const at = value.findIndex(isNone);
    if (at >= 0) wrong(`${name}[${at}]`, value[at], expected);
  } else if (!isObject || Symbol.iterator in value) wrong(name, value, expected);
};

/** An MC that finds a text in both places takes one, and the other is lost. */
function hasPayload(given: NonNullable<OutgoingMessage['tlvs']>): boolean {
  return tlvList(given).some(({ name, tag }) => name === 'message_payload' || tag === MESSAGE_PAYLOAD);
}

/** One character, or none. */
export const replacement: Check = (value, name) => {
  text(value, name);
  if ([...(value as string)].length > 1) refuse(name, 'has several characters: it takes one, or none');
};

const messageChecks: Checks<OutgoingMessage> = {
  from: address,
  to: destination,
  text: words,
  bytes: octets,
  dataCoding: octet,
  coding: oneOf(...textCodings),
  replacement,
  messageClass: whole(0, 3),
  receipt,
  validity: time,
  schedule: time,
  // 4 has a meaning outside of GSM (SMPP 5.0 4.7.14).
  priority: whole(0, 4),
  serviceType: text,
  protocolId: octet,
  esmClass: octet,
  replaceIfPresent: trueOrFalse,
  tlvs,
};

const check: Check = optionsOf(messageChecks, ['to']);

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) that names the field which is missing, misspelt, wrong or without effect. */
export function checkMessage(message: OutgoingMessage): void {
  if (typeof message !== 'object' || message === null) {
    wrong('the message', message, "it takes an object, as { to: '447700900123', text: 'Hello' }");
  }
  check(message, '');
  if ((message.text === undefined) === (message.bytes === undefined)) {
    refuse('text', 'or bytes: a message has one of them');
  }
  const { length } = message.text ?? message.bytes ?? '';
  if (length > 0 && message.tlvs !== undefined && hasPayload(message.tlvs)) {
    refuse('tlvs', "have message_payload beside a content; longMessage: 'payload' puts the content there");
  }
  if (message.text !== undefined && message.dataCoding !== undefined) {
    refuse('dataCoding', 'is for bytes: how a text is coded is said by coding');
  }
  if (message.bytes === undefined) return;
  for (const field of ['coding', 'replacement', 'messageClass'] as const) {
    if (message[field] !== undefined) refuse(field, 'is for a text: of bytes, dataCoding says it');
  }
}
