import { noticeOnRetry, receiptOnFailure, receiptOnSuccess } from '@chappe/center';
import { parseTime } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import {
  esmClasses,
  priorityFlag,
  registeredDelivery,
  remainingSeconds,
  validityWriter,
} from '../../../src/upstream/submission/fields.ts';
import { messageOf, nowMs } from './given.ts';

describe('esm_class towards an upstream', () => {
  it.each([
    { given: 0x00, v33: 0x00, v34: 0x00, v50: 0x00 },
    { given: 0x01, v33: 0x00, v34: 0x01, v50: 0x01 },
    { given: 0x02, v33: 0x00, v34: 0x00, v50: 0x00 },
    { given: 0x03, v33: 0x00, v34: 0x00, v50: 0x00 },
    { given: 0x40, v33: 0x40, v34: 0x40, v50: 0x40 },
    { given: 0x43, v33: 0x40, v34: 0x40, v50: 0x40 },
    { given: 0x80, v33: 0x00, v34: 0x80, v50: 0x80 },
    { given: 0xc1, v33: 0x40, v34: 0xc1, v50: 0xc1 },
    { given: 0x08, v33: 0x00, v34: 0x08, v50: 0x08 },
    { given: 0x10, v33: 0x00, v34: 0x10, v50: 0x10 },
    { given: 0x53, v33: 0x40, v34: 0x50, v50: 0x50 },
    { given: 0x04, v33: 0x00, v34: 0x00, v50: 0x04 },
    { given: 0x18, v33: 0x00, v34: 0x00, v50: 0x18 },
    { given: 0x20, v33: 0x00, v34: 0x00, v50: 0x20 },
    { given: 0x3c, v33: 0x00, v34: 0x00, v50: 0x00 },
  ])('$given', ({ given, v33, v34, v50 }) => {
    expect([esmClasses(0x33)[given], esmClasses(0x34)[given], esmClasses(0x50)[given]]).toEqual([
      v33,
      v34,
      v50,
    ]);
  });
});

describe('registered_delivery towards an upstream', () => {
  const both = receiptOnSuccess | receiptOnFailure;
  it.each([
    { wanted: 0, esm: 0, submitted: 0, always: true, v34: 1, v33: 1 },
    { wanted: 0, esm: 0, submitted: 0, always: false, v34: 0, v33: 0 },
    { wanted: both, esm: 0, submitted: 1, always: false, v34: 1, v33: 1 },
    { wanted: receiptOnFailure, esm: 0, submitted: 2, always: false, v34: 1, v33: 1 },
    { wanted: receiptOnSuccess, esm: 0, submitted: 3, always: false, v34: 1, v33: 1 },
    { wanted: both | noticeOnRetry, esm: 0, submitted: 0x11, always: true, v34: 0x11, v33: 1 },
    { wanted: noticeOnRetry, esm: 0, submitted: 0x10, always: false, v34: 0x10, v33: 0 },
    { wanted: 0, esm: 0, submitted: 0x0c, always: false, v34: 0x0c, v33: 0 },
    { wanted: both, esm: 0, submitted: 0xed, always: true, v34: 0x0d, v33: 1 },
    { wanted: 0, esm: 1, submitted: 0, always: true, v34: 0, v33: 0 },
    { wanted: both, esm: 1, submitted: 1, always: true, v34: 1, v33: 1 },
  ])(
    'wanted $wanted, submitted $submitted, always $always',
    ({ wanted, esm, submitted, always, v34, v33 }) => {
      const message = messageOf({}, { receiptWanted: wanted });
      expect(registeredDelivery(message, esm, submitted, 0x34, always)).toBe(v34);
      expect(registeredDelivery(message, esm, submitted, 0x33, always)).toBe(v33);
    },
  );
});

it('3.3 has two priorities', () => {
  expect([0, 1, 2, 3].map((priority) => priorityFlag(priority, 0x33))).toEqual([0, 1, 1, 1]);
  expect([0, 1, 2, 3].map((priority) => priorityFlag(priority, 0x34))).toEqual([0, 1, 2, 3]);
});

describe('validity towards an upstream', () => {
  it.each([
    [3_600_000, 3600],
    [59_999, 59],
    [1_000, 1],
    [999, 1],
    [0, 1],
    [-5_000, 1],
  ])('%d ms are %d s', (leftMs, seconds) => {
    expect(remainingSeconds(nowMs + leftMs, nowMs)).toBe(seconds);
  });

  it.each([
    [1, '000000000001000R'],
    [3600, '000000010000000R'],
    [172_799, '000001235959000R'],
    [8_639_999, '000099235959000R'],
    [8_640_000, '260412030405000+'],
  ])('%d s are %s', (seconds, text) => {
    expect(validityWriter()(seconds, nowMs)).toBe(text);
    const time = parseTime(text, { now: new Date(nowMs) });
    expect(time).toMatchObject({ at: new Date(nowMs + seconds * 1000) });
  });

  it('remembers the last one, and only that', () => {
    const write = validityWriter();
    const texts = [60, 60, 61, 60].map((seconds) => write(seconds, nowMs));
    expect(texts).toEqual(['000000000100000R', '000000000100000R', '000000000101000R', '000000000100000R']);
  });
});
