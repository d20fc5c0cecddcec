/** The checks of a message to be sent: what would be dropped, or sent as something else, is refused by its name. */
import { readNumber, textCodings, type WaitingIndication } from '@chappe/protocol';
import { type TlvsOption, tlvList } from '../core/vendor-tlvs.ts';
import {
  type Check,
  type Checks,
  isOptionsObject,
  listOf,
  oneOf,
  optionsOf,
  refuse,
  text,
  trueOrFalse,
  whole,
  wrong,
} from '../option-checks.ts';
import type { Address } from './address.ts';
import type { ContentInput, TextSettings } from './content.ts';

/** 0 to 255. */
export const octet: Check = whole(0, 255);
/** What data_coding 0 means. */
export const defaultAlphabet: Check = oneOf('gsm7', 'gsm7-packed', 'latin1', 'ascii', 'ucs2');
const coding: Check = oneOf(...textCodings);
const addressChecks: Checks<Address> = { ton: octet, npi: octet, address: text };

/** A number or a name, or what is sent of it. */
export const address: Check = (value, name) => {
  if (typeof value === 'string') return;
  if (typeof value !== 'object' || value === null) {
    wrong(name, value, "it takes a text, as '447700900123', or { ton, npi, address }");
  }
  optionsOf<Address>(addressChecks, ['ton', 'npi', 'address'])(value, name);
};

/** An address that is not empty. */
export const someAddress: Check = (value, name) => {
  address(value, name);
  const digits = typeof value === 'string' ? value : (value as Address).address;
  if (digits === '') refuse(name, "is empty: it takes a number, as '447700900123'");
};

/** A number; what else there may be as an `Address`. */
export const numberOrAddress: Check = (value, name) => {
  someAddress(value, name);
  if (typeof value !== 'string' || readNumber(value) !== undefined) return;
  refuse(
    name,
    `is no number (${JSON.stringify(value)}): it takes one, as '+44 7700 900123'; what else an MC takes goes as { ton, npi, address }`,
  );
};

const octets: Check = (value, name) => {
  if (!(value instanceof Uint8Array)) wrong(name, value, 'it takes octets: a Uint8Array or a Buffer');
};

const words: Check = (value, name) => {
  if (value instanceof Uint8Array) refuse(name, 'is octets: it takes a text; octets go into bytes');
  text(value, name);
};

/** One character, or none. */
const replacement: Check = (value, name) => {
  text(value, name);
  if ([...(value as string)].length > 1) refuse(name, 'has several characters: it takes one, or none');
};

/** The checks of a content. */
export const contentChecks: Checks<ContentInput> = {
  text: words,
  bytes: octets,
  dataCoding: octet,
  coding,
  replacement,
  messageClass: whole(0, 3),
};

/** TLVs, as a list or a record. Names and values are looked at when they are encoded. */
export const tlvs: Check = (value, name) => {
  const list = "[{ name: 'user_message_reference', value: 7 }]";
  const expected = `it takes a list, as ${list}, or a record, as { user_message_reference: 7 }`;
  if (Array.isArray(value)) {
    const isNone = (one: unknown): boolean => typeof one !== 'object' || one === null;
    const at = value.findIndex(isNone);
    if (at >= 0) wrong(`${name}[${at}]`, value[at], expected);
  } else if (!isOptionsObject(value) || Symbol.iterator in (value as object)) wrong(name, value, expected);
};

const MESSAGE_PAYLOAD = 0x0424;

/** Whether a content stands among them. */
export function hasPayload(given: TlvsOption): boolean {
  return tlvList(given).some(({ name, tag }) => name === 'message_payload' || tag === MESSAGE_PAYLOAD);
}

/** Throws for a content that is missing, said twice, or whose fields have no effect. */
export function checkContent(message: ContentInput & { readonly tlvs?: TlvsOption | undefined }): void {
  if ((message.text === undefined) === (message.bytes === undefined)) {
    refuse('text', 'or bytes: a message has one of them');
  }
  const { length } = message.text ?? message.bytes ?? '';
  // A peer that finds a text in both places takes one, and the other is lost.
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

const waitingChecks: Checks<WaitingIndication> = {
  indication: oneOf('voicemail', 'fax', 'email', 'other'),
  active: trueOrFalse,
  store: trueOrFalse,
};

/** 3GPP 23.038 6.2.1.2.4; a language without tables would be announced, and not used. */
const nationalLanguage: Check = whole(0, 13);

/** How texts are coded and cut. */
export const textSettings: Check = optionsOf<TextSettings>({
  longMessage: oneOf('udh8', 'udh16', 'sar', 'payload'),
  allowed: listOf(coding),
  defaultAlphabet,
  messageClass: whole(0, 3),
  nationalShifts: trueOrFalse,
  locking: nationalLanguage,
  single: nationalLanguage,
  waiting: optionsOf(waitingChecks, ['indication', 'active', 'store']),
  replacement,
  padding: oneOf('cr', 'zero'),
});
