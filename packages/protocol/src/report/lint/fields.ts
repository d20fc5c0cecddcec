/** Fields with few right values: times, flags, versions. */
import { ESM_CLASS, versionByName } from '../../definitions/constants.ts';
import { fieldMasks } from '../../definitions/fields.ts';
import type { DecodedPdu } from '../../definitions/pdu.ts';
import { parseTime, type SmppTime } from '../../message/time.ts';
import { quoted } from '../printable.ts';
import type { Note, Rule, Subject } from './note.ts';

const timeReasons: { readonly [reason: string]: string | undefined } = {
  length: 'it is 16 characters long, YYMMDDhhmmsstnnp',
  digits: 'its first 15 characters are digits',
  sign: 'it ends with + or - (absolute) or R (relative)',
  month: 'there is no such month',
  day: 'there is no such day',
  hour: 'there is no such hour',
  minute: 'there is no such minute',
  second: 'there is no such second',
  offset: 'its offset from UTC is out of range',
};

function timeNotes(field: string, text: string, time: SmppTime): Note[] {
  if (time.kind !== 'invalid') return [];
  return [
    {
      code: 'time-format',
      level: 'error',
      field,
      text: `${field} ${quoted(text)} is no SMPP time: ${timeReasons[time.reason] ?? time.reason}`,
      hint: '000001000000000R is one day from now (SMPP 5.0 4.7.23)',
    },
  ];
}

/** schedule_delivery_time and validity_period (SMPP 5.0 4.7.23). */
export const timeRules: Rule = ({ pdu, now }) => {
  if (!('schedule_delivery_time' in pdu) || !('validity_period' in pdu)) return [];
  const schedule = parseTime(pdu.schedule_delivery_time, { now });
  const validity = parseTime(pdu.validity_period, { now });
  const notes = [
    ...timeNotes('schedule_delivery_time', pdu.schedule_delivery_time, schedule),
    ...timeNotes('validity_period', pdu.validity_period, validity),
  ];
  if ('at' in schedule && 'at' in validity && validity.at <= schedule.at) {
    const text = 'validity_period ends before schedule_delivery_time: the message can never be delivered';
    notes.push({ code: 'validity-before-schedule', level: 'error', field: 'validity_period', text });
  }
  if (validity.kind === 'absolute' && validity.at < now) {
    const text = `validity_period ended ${validity.at.toISOString()}: the message has expired already`;
    notes.push({ code: 'expired', level: 'warning', field: 'validity_period', text });
  }
  return notes;
};

const ESM_TYPES_TO_MC = new Set<number>([
  0,
  ESM_CLASS.DELIVERY_ACKNOWLEDGEMENT,
  ESM_CLASS.USER_ACKNOWLEDGEMENT,
]);
const knownVersions = new Set<number>(Object.values(versionByName));

function limit(pdu: DecodedPdu, field: string, max: number, text: string): Note[] {
  const value = (pdu as unknown as { readonly [field: string]: unknown })[field];
  return typeof value === 'number' && value > max
    ? [{ code: 'field-range', level: 'error', field, text: `${field} is ${value}: ${text}` }]
    : [];
}

/** Flags and enumerations. */
export const flagRules: Rule = ({ pdu, version, content }: Subject) => {
  const notes = [
    ...limit(pdu, 'priority_flag', version === 0x50 ? 4 : 3, 'priorities are 0 to 3 (4 in 5.0)'),
    ...limit(pdu, 'replace_if_present_flag', 1, 'it is 0 or 1'),
    ...limit(pdu, 'registered_delivery', 0x1f, 'bits 7 to 5 are reserved'),
  ];
  const isToMc = pdu.command === 'submit_sm' || pdu.command === 'submit_multi';
  if (isToMc && !ESM_TYPES_TO_MC.has(pdu.esm_class & fieldMasks.esm_class.type)) {
    const text = `esm_class 0x${pdu.esm_class.toString(16)} has a message type that only a message centre sends`;
    notes.push({ code: 'esm-class', level: 'error', field: 'esm_class', text });
  }
  if (content?.dataCoding.reserved === true) {
    const text = 'data_coding has a reserved value: peers read it as they like';
    notes.push({ code: 'reserved-data-coding', level: 'warning', field: 'data_coding', text });
  }
  if (isToMc && pdu.sm_default_msg_id !== 0 && (content?.octets.length ?? 0) > 0) {
    const text = 'sm_default_msg_id asks for a canned message, and there is a text too';
    notes.push({ code: 'canned-and-text', level: 'warning', field: 'sm_default_msg_id', text });
  }
  return notes;
};

/** Binds (SMPP 5.0 4.1.1). */
export const bindRules: Rule = ({ pdu }) => {
  if (!('interface_version' in pdu)) return [];
  const notes: Note[] = [];
  if (!knownVersions.has(pdu.interface_version)) {
    notes.push({
      code: 'interface-version',
      level: 'warning',
      field: 'interface_version',
      text: `interface_version 0x${pdu.interface_version.toString(16)} is none of 0x33, 0x34, 0x50`,
      hint: '3.4 is written 0x34',
    });
  }
  if (pdu.system_id === '') {
    notes.push({ code: 'no-system-id', level: 'warning', field: 'system_id', text: 'system_id is empty' });
  }
  return notes;
};
