import { formatRelativeTime, status, statusName, type Version } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { defaultLifetime } from '../src/gateway/options.ts';
import { lifetimeOf } from '../src/message/lifetime.ts';
import { receiptsWanted } from '../src/message/receipts-wanted.ts';
import {
  checkDestination,
  checkFlags,
  checkSource,
  checkText,
  checkTolerated,
} from '../src/message/validation.ts';

const plain = { esm_class: 0, registered_delivery: 0 };

describe('flags of a submission by version', () => {
  it.each([
    [{ registered_delivery: 3 }, 0x33, 'ESME_RINVREGDLVFLG'],
    [{ registered_delivery: 3 }, 0x34, 'ESME_RINVREGDLVFLG'],
    [{ registered_delivery: 3 }, 0x50, 'ESME_ROK'],
    [{ registered_delivery: 0xe1 }, 0x34, 'ESME_ROK'],
    [{ esm_class: 0x04 }, 0x33, 'ESME_ROK'],
    [{ esm_class: 0x04 }, 0x34, 'ESME_RINVESMCLASS'],
    [{ esm_class: 0x04 }, 0x50, 'ESME_ROK'],
    [{ esm_class: 0x0c }, 0x50, 'ESME_RINVESMCLASS'],
    [{ esm_class: 0x24 }, 0x50, 'ESME_RINVESMCLASS'],
    [{ esm_class: 0xc3 }, 0x34, 'ESME_ROK'],
    [{ esm_class: 0x02 }, 0x34, 'ESME_RINVESMCLASS'],
    [{ esm_class: 0x02 }, 0x50, 'ESME_ROK'],
    [{ priority_flag: 4 }, 0x50, 'ESME_RINVPRTFLG'],
    [{ replace_if_present_flag: 2 }, 0x50, 'ESME_RINVREPFLAG'],
    [{ sm_default_msg_id: 255 }, 0x50, 'ESME_RINVDFTMSGID'],
  ] as const)('%o over %s: %s', (fields, version, expected) => {
    expect(statusName(checkFlags({ ...plain, ...fields }, version, false))).toBe(expected);
  });

  it('3.4 knows transaction mode in data_sm', () => {
    expect(checkFlags({ ...plain, esm_class: 2 }, 0x34, true)).toBe(0);
  });
});

describe('text', () => {
  it.each([
    [140, undefined, 0x33, 0],
    [160, undefined, 0x33, 0],
    [161, undefined, 0x33, status.ESME_RINVMSGLEN],
    [254, undefined, 0x34, 0],
    [255, undefined, 0x34, status.ESME_RINVMSGLEN],
    [255, undefined, 0x50, 0],
    [0, 5, 0x34, 0],
    [1, 5, 0x34, status.ESME_RINVMSGLEN],
    [1, 0, 0x34, status.ESME_RINVMSGLEN],
  ] as const)('%s octets and a payload of %s over %s', (octets, payload, version, expected) => {
    expect(checkText(octets, payload, version)).toBe(expected);
  });
});

describe('addresses', () => {
  it('reserved types and plans within range are let through', () => {
    expect(checkSource(7, 2, 'x')).toBe(0);
    expect(checkDestination(7, 17, '1', true)).toBe(0);
    expect(checkSource(1, 1, '+4477')).toBe(0);
  });
});

describe('what the decoder tolerated', () => {
  it.each([
    [['oversize:source_addr:31>21'], 'ESME_RINVSRCADR'],
    [['oversize:destination_addr:31>21'], 'ESME_RINVDSTADR'],
    [['oversize:service_type:9>6'], 'ESME_RINVSERTYP'],
    [['trailing_garbage:00', 'oversize:validity_period:20>17'], 'ESME_RINVEXPIRY'],
    [['oversize:schedule_delivery_time:20>17'], 'ESME_RINVSCHED'],
    [['oversize:message_id:70>65'], 'ESME_RINVMSGID'],
    [['trailing_garbage:00'], 'ESME_ROK'],
    [['oversize:system_type:20>13'], 'ESME_ROK'],
    [[], 'ESME_ROK'],
  ])('%o: %s', (flags, expected) => {
    expect(statusName(checkTolerated(flags))).toBe(expected);
  });
});

describe('registered_delivery', () => {
  const always = 3;
  it.each([
    [0, 0x34, 0],
    [1, 0x34, always],
    [2, 0x34, 2],
    [3, 0x50, 1],
    [0x10, 0x34, 4],
    [0x11, 0x34, always | 4],
    [0x12, 0x50, 2 | 4],
    [0x0c, 0x34, 0],
    [1, 0x33, always],
    [2, 0x33, 0],
    [0x11, 0x33, always],
  ] as [number, Version, number][])('%s over %s asks for %s', (value, version, expected) => {
    expect(receiptsWanted(value, version)).toBe(expected);
  });
});

describe('times', () => {
  const now = Date.UTC(2026, 6, 20, 12);
  const hour = 3_600_000;
  const of = (schedule: string, validity: string, ttl?: number) =>
    lifetimeOf(schedule, validity, ttl, now, defaultLifetime);

  it.each([
    ['nothing given', '', '', undefined, 0, 48 * hour],
    [
      'a schedule: the default validity counts from it',
      formatRelativeTime(3_600),
      '',
      undefined,
      hour,
      49 * hour,
    ],
    [
      'a validity counts from the submission',
      formatRelativeTime(3_600),
      formatRelativeTime(7_200),
      undefined,
      hour,
      2 * hour,
    ],
    ['a schedule in the past is now', '260720110000000+', '', undefined, 0, 48 * hour],
    ['another zone', '260720140000004+', '', undefined, hour, 49 * hour],
    ['qos_time_to_live wins', '', formatRelativeTime(7_200), 60, 0, 60_000],
    ['no lifetime: long enough for one attempt', '', '000000000000000R', undefined, 0, 1_000],
    ['no time to live: the same', '', '', 0, 0, 1_000],
    ['a long validity is cut', '', '000100000000000R', undefined, 0, 7 * 24 * hour],
    ['an absolute one too: as long as you may', '', '991231235900000+', undefined, 0, 7 * 24 * hour],
    [
      'in the year that a pivot takes for the last century',
      '',
      '380101000000000+',
      undefined,
      0,
      7 * 24 * hour,
    ],
    ['counted from the schedule', '260720140000000+', '991231235959948+', undefined, 2 * hour, 170 * hour],
  ])('%s', (_, schedule, validity, ttl, dueMs, expiresMs) => {
    expect(of(schedule, validity, ttl)).toEqual({
      status: 0,
      dueMs: now + dueMs,
      expiresMs: now + expiresMs,
    });
  });

  it.each([
    ['2607201400', '', status.ESME_RINVSCHED],
    ['260732140000000+', '', status.ESME_RINVSCHED],
    ['991231235900000+', '', status.ESME_RINVSCHED],
    ['000015000000000R', '', status.ESME_RINVSCHED],
    ['', '260720140000000x', status.ESME_RINVEXPIRY],
    ['', '260719140000000+', status.ESME_RINVEXPIRY],
    [formatRelativeTime(7_200), formatRelativeTime(3_600), status.ESME_RINVEXPIRY],
  ])('%s / %s is refused', (schedule, validity, expected) => {
    expect(of(schedule, validity)).toEqual({ status: expected });
  });
});

describe('a sender that no address can carry', () => {
  it.each(['\u0416', '\u0664\u0664', '\uff14477', 'A\u20ac', 'A\0B', '\u65e5\u672c'])(
    '%j is refused',
    (digits) => {
      for (const ton of [0, 5]) expect(checkSource(ton, 0, digits)).toBe(status.ESME_RINVSRCADR);
    },
  );

  it.each(['', '\u00e9\u00ff', 'ACME 24', '7-11'])('%j is none', (digits) => {
    expect(checkSource(5, 0, digits)).toBe(0);
  });
});
