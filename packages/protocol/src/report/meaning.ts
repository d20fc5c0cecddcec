/** What the value of a field means, in a few words. */
import { commandName } from '../definitions/commands.ts';
import { fieldMasks, fieldValues } from '../definitions/fields.ts';
import { statusDescription, statusName } from '../definitions/statuses.ts';
import { tlvDefinition } from '../definitions/tlvs.ts';
import { readCallbackNumber } from '../message/callback-number.ts';
import { parseTime, type SmppTime } from '../message/time.ts';
import {
  readBroadcastArea,
  readBroadcastContentType,
  readBroadcastInterval,
  readMsValidity,
  readNetworkErrorCode,
} from '../message/tlv-values.ts';
import { type DataCoding, readDataCoding } from '../text/data-coding.ts';
import type { FieldNode } from './field-tree.ts';

const tables: { readonly [name: string]: { readonly [value: number]: string } | undefined } = fieldValues;
const modes = ['default mode', 'datagram', 'transaction', 'store and forward'];
const acknowledgements = [
  undefined,
  'delivery acknowledgement',
  'user acknowledgement',
  'both acknowledgements',
];

/** `ESME_RTHROTTLED: …`, or what is known of a vendor's status. */
export function statusWords(value: number): string {
  return `${statusName(value) ?? 'not in the documents'}: ${statusDescription(value)}`;
}

/** The bits of esm_class (SMPP 5.0 4.7.12). */
function esmClassWords(value: number): string {
  const { mode, type, udhi, replyPath } = fieldMasks.esm_class;
  const kinds: { readonly [value: number]: string | undefined } = fieldValues.esm_class;
  const words = [modes[value & mode]!, kinds[value & type] ?? 'reserved message type'];
  if (value & udhi) words.push('UDHI');
  if (value & replyPath) words.push('reply path');
  return words.join(', ');
}

/** The bits of registered_delivery (SMPP 5.0 4.7.21). */
function registeredDeliveryWords(value: number): string {
  const { receipt, smeAcknowledgement, intermediate } = fieldMasks.registered_delivery;
  const kinds: { readonly [value: number]: string } = fieldValues.registered_delivery;
  const acknowledgement = acknowledgements[(value & smeAcknowledgement) >> 2];
  const words = [kinds[value & receipt]!];
  if (acknowledgement !== undefined) words.push(acknowledgement);
  if (value & intermediate) words.push('intermediate notifications');
  return words.join(', ');
}

/** A data_coding in words: coding, class, indication. */
export function dataCodingWords(coding: DataCoding): string {
  const words: string[] = [coding.coding];
  if (coding.compressed) words.push('compressed');
  if (coding.messageClass !== undefined) words.push(`class ${coding.messageClass}`);
  if (coding.waiting !== undefined) {
    words.push(`${coding.waiting.indication} ${coding.waiting.active ? 'waiting' : 'no longer waiting'}`);
  }
  if (coding.autoDelete === true) words.push('to be deleted when read');
  if (coding.reserved) words.push('reserved value');
  return words.join(', ');
}

function timeWords(time: SmppTime): string | undefined {
  switch (time.kind) {
    case 'none':
      return undefined;
    case 'absolute':
      return time.at.toISOString();
    case 'invalid':
      return `not a time: ${time.reason}`;
    default: {
      const parts = (['years', 'months', 'days', 'hours', 'minutes', 'seconds'] as const)
        .filter((unit) => time[unit] > 0)
        .map((unit) => `${time[unit]} ${unit}`);
      return `from now: ${parts.join(' ') || 'at once'}`;
    }
  }
}

const times = new Set(['schedule_delivery_time', 'validity_period', 'final_date', 'broadcast_end_time']);

const octetReaders: { readonly [name: string]: ((bytes: Uint8Array) => string | undefined) | undefined } = {
  network_error_code: (bytes) => {
    const read = readNetworkErrorCode(bytes);
    return read && `network type ${read.type}, error ${read.code}`;
  },
  callback_num: (bytes) => {
    const read = readCallbackNumber(bytes);
    return read && `${read.digits}, TON ${read.ton}, NPI ${read.npi}`;
  },
  broadcast_area_identifier: (bytes) => {
    const read = readBroadcastArea(bytes);
    return read && `format ${read.format}, ${Buffer.from(read.details).toString('latin1')}`;
  },
  broadcast_content_type: (bytes) => {
    const read = readBroadcastContentType(bytes);
    return read && `network ${read.network}, service ${read.service}`;
  },
  broadcast_frequency_interval: (bytes) => {
    const read = readBroadcastInterval(bytes);
    if (read === undefined) return undefined;
    return read.unit === 'asOftenAsPossible' ? 'as often as possible' : `every ${read.count} ${read.unit}`;
  },
  ms_validity: (bytes) => {
    const read = readMsValidity(bytes);
    if (read === undefined) return undefined;
    return read.period === undefined ? read.behaviour : `${read.period.count} ${read.period.unit}`;
  },
};

function numberWords(node: FieldNode, value: number): string | undefined {
  switch (node.name) {
    case 'command_id':
      return commandName(value) ?? 'a command that nobody knows';
    case 'command_status':
    case 'error_status_code':
    case 'broadcast_error_status':
      return statusWords(value);
    case 'esm_class':
      return esmClassWords(value);
    case 'registered_delivery':
      return registeredDeliveryWords(value);
    case 'data_coding':
      return dataCodingWords(readDataCoding(value));
    default:
  }
  const table = node.values === undefined ? undefined : tables[node.values];
  if (table !== undefined) return table[value] ?? 'reserved';
  if (node.tag === undefined) return undefined;
  // message_state is a field of query_sm_resp and a TLV of receipts.
  return tlvDefinition(node.tag)?.values?.[value] ?? tables[node.name]?.[value];
}

/** The value of a field in words; undefined where the value itself says it all. `now` is what relative times count from. */
export function meaningOf(node: FieldNode, now: Date): string | undefined {
  const { value } = node;
  if (typeof value === 'number') return numberWords(node, value);
  if (typeof value === 'string') {
    return times.has(node.name) ? timeWords(parseTime(value, { now })) : undefined;
  }
  return value === undefined ? undefined : octetReaders[node.name]?.(value);
}
