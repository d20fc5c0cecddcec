/** The checks of a message to be sent: what would be dropped, or sent as something else, is refused by its name. */
import { address, checkContent, contentChecks, numberOrAddress, octet, tlvs } from '../messages/checks.ts';
import type { ReceiptWish } from '../messages/receipt-wish.ts';
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
import type { Duration, OutgoingMessage } from './outgoing-message.ts';

const durationPart: Check = number(0);
const durationChecks: Checks<Duration> = {
  days: durationPart,
  hours: durationPart,
  minutes: durationPart,
  seconds: durationPart,
};
const wishes: readonly ReceiptWish[] = ['none', 'final', 'failure', 'success', 'all'];

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

const messageChecks: Checks<OutgoingMessage> = {
  from: address,
  to: numberOrAddress,
  ...contentChecks,
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
  checkContent(message);
}
