/** Single fields of a submission, as the connector and its version have them. */
import { type Message, noticeOnRetry, receiptOnFailure, receiptOnSuccess } from '@chappe/center';
import {
  ESM_CLASS,
  fieldMasks,
  formatAbsoluteTime,
  formatRelativeTime,
  type Version,
} from '@chappe/protocol';

// SMPP 3.4 5.2.12.
const { mode: modeBits, type: typeBits } = fieldMasks.esm_class;
const featureBits = 0xc0;
// SMPP 3.4 5.2.12: normal, delivery and user acknowledgement; SMPP 5.0 4.7.12 takes all types in both directions.
const types34: readonly number[] = [0, ESM_CLASS.DELIVERY_ACKNOWLEDGEMENT, ESM_CLASS.USER_ACKNOWLEDGEMENT];
const types50: readonly number[] = [
  ...types34,
  ESM_CLASS.DELIVERY_RECEIPT,
  ESM_CLASS.CONVERSATION_ABORT,
  ESM_CLASS.INTERMEDIATE_NOTIFICATION,
];
// SMPP 3.4 5.2.17: bits 3 and 2 are acknowledgements by the receiving SME, bit 4 asks for notices.
const acknowledgements = 0x0c;
const notices = 0x10;
const finalReceipts = receiptOnSuccess | receiptOnFailure;
// 3.3 knows 0 and 1 only (shared/spec/fields.json priority_flag).
const maxPriority33 = 1;
// 99 days and a bit: longer relative times would need months, which are no fixed time (time-format.md 3).
const maxRelativeS = 100 * 86_400 - 1;

/**
 * What each esm_class becomes, by its value. The mode becomes the centre's default, which is store and forward, as that
 * is what this gateway has done with the message; datagram stays. 3.3 has other meanings on which books differ: of all
 * bits only UDHI is sent there.
 */
export function esmClasses(version: Version): Uint8Array {
  const types = version >= 0x50 ? types50 : types34;
  return Uint8Array.from({ length: 256 }, (_, value) => {
    if (version === 0x33) return value & ESM_CLASS.UDHI;
    const type = value & typeBits;
    const mode = (value & modeBits) === ESM_CLASS.DATAGRAM ? ESM_CLASS.DATAGRAM : 0;
    return mode | (types.includes(type) ? type : 0) | (value & featureBits);
  });
}

/**
 * registered_delivery. A final receipt is asked for when the customer wants one or when `always` (default) says so; then
 * in every case, since the outcome is to be known whatever the customer hears of it. Not always for datagrams, for which
 * centres keep no receipt (SMPP 5.0 4.7.21): those only when the customer wants one.
 */
export function registeredDelivery(
  message: Message,
  esmClass: number,
  submitted: number,
  version: Version,
  always: boolean,
): number {
  const { receiptWanted } = message;
  const isDatagram = (esmClass & modeBits) === ESM_CLASS.DATAGRAM;
  const final = (receiptWanted & finalReceipts) !== 0 || (always && !isDatagram) ? 1 : 0;
  if (version === 0x33) return final;
  return final | ((receiptWanted & noticeOnRetry) === 0 ? 0 : notices) | (submitted & acknowledgements);
}

/** priority_flag of a message. */
export function priorityFlag(priority: number, version: Version): number {
  return version === 0x33 ? Math.min(priority, maxPriority33) : priority;
}

/** Whole seconds that a message has left, at least 1: 0 would ask for a single attempt. */
export function remainingSeconds(expiresMs: number, nowMs: number): number {
  return Math.max(1, Math.floor((expiresMs - nowMs) / 1000));
}

/** Writes the validity of messages; remembers the last one, since most messages of a second have the same. */
export function validityWriter(): (seconds: number, nowMs: number) => string {
  let lastSeconds = -1;
  let lastText = '';
  return (seconds, nowMs) => {
    if (seconds > maxRelativeS) return formatAbsoluteTime(new Date(nowMs + seconds * 1000));
    if (seconds === lastSeconds) return lastText;
    lastText = formatRelativeTime(seconds);
    lastSeconds = seconds;
    return lastText;
  };
}
