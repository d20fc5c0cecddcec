/** The checks of what an MC sends to an ESME: what would be dropped, or sent as something else, is refused by its name. */
import { messageStates, type NetworkErrorCode, type ReceiptTextFormat } from '@chappe/protocol';
import {
  address,
  checkContent,
  contentChecks,
  hasPayload,
  octet,
  someAddress,
  tlvs,
} from '../messages/checks.ts';
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
import type { DeliverInput, ReceiptInput } from './deliver-input.ts';

const deliverChecks: Checks<DeliverInput> = {
  from: address,
  to: someAddress,
  ...contentChecks,
  // 4 has a meaning outside of GSM (SMPP 5.0 4.7.14).
  priority: whole(0, 4),
  serviceType: text,
  protocolId: octet,
  esmClass: octet,
  tlvs,
};

/** Receipts are fields between blanks: a word with one in it would be cut, or be read as another field. */
const word: Check = (value, name) => {
  text(value, name);
  if (!/^[!-~]+$/.test(value as string)) {
    refuse(name, 'is written between blanks: it takes ASCII without any');
  }
};

const date: Check = (value, name) => {
  if (!(value instanceof Date)) wrong(name, value, 'it takes a Date');
  if (Number.isNaN(value.getTime())) refuse(name, 'is an invalid Date');
};

const errorCode: Check = (value, name) => {
  if (typeof value === 'string') word(value, name);
  else whole(0, 0xffff)(value, name);
};

const receiptChecks: Checks<ReceiptInput> = {
  id: word,
  state: oneOf(...messageStates),
  from: address,
  to: address,
  intermediate: trueOrFalse,
  submitDate: date,
  doneDate: date,
  error: errorCode,
  networkError: optionsOf<NetworkErrorCode>({ type: octet, code: whole(0, 0xffff) }, ['type', 'code']),
  sub: whole(0, 999),
  dlvrd: whole(0, 999),
  text,
  userMessageReference: whole(0, 0xffff),
  serviceType: text,
  format: optionsOf<ReceiptTextFormat>({
    seconds: trueOrFalse,
    offsetMinutes: number(-24 * 60, 24 * 60),
    textLabel: oneOf('text', 'Text'),
  }),
  tlvs,
};

const checkDeliver: Check = optionsOf(deliverChecks, ['from', 'to']);
const checkReceipt: Check = optionsOf(receiptChecks, ['id', 'state', 'from', 'to']);

function checkObject(what: string, value: unknown, example: string): void {
  if (typeof value !== 'object' || value === null) wrong(what, value, `it takes an object, as ${example}`);
}

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) that names the field which is missing, misspelt, wrong or without effect. */
export function checkDeliverInput(message: DeliverInput): void {
  checkObject('the message', message, "{ from: '447700900123', to: '60100', text: 'Hello' }");
  checkDeliver(message, '');
  checkContent(message);
}

/** As `checkDeliverInput`, of a receipt. */
export function checkReceiptInput(receipt: ReceiptInput): void {
  checkObject('the receipt', receipt, "{ id: 'm1', state: 'DELIVERED', from: '447700900123', to: 'Chappe' }");
  checkReceipt(receipt, '');
  if (receipt.tlvs !== undefined && hasPayload(receipt.tlvs)) {
    refuse('tlvs', 'have message_payload, and the receipt has a text of its own');
  }
}
