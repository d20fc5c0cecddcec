import { expect, test } from 'vitest';
import {
  DATA_CODING,
  ESM_CLASS,
  fieldMasks,
  fieldValues,
  NPI,
  PRIORITY,
  REGISTERED_DELIVERY,
  smppVersions,
  TON,
  versionByName,
  versionName,
} from '../../src/index.ts';

const values = (table: object): number[] => Object.values(table as { [name: string]: number });
const listed = (table: object): number[] => Object.keys(table).map(Number);

test.each([
  ['ton', TON],
  ['npi', NPI],
  ['data_coding', DATA_CODING],
  ['priority_flag', PRIORITY],
] as const)('each value of %s that the documents name has a name, and no other', (field, table) => {
  expect(values(table)).toEqual(listed(fieldValues[field]));
});

const within = (table: object, mask: number): number[] =>
  values(table).filter((value) => (value & ~mask) === 0);

test('the message types of esm_class are those of the documents', () => {
  expect(within(ESM_CLASS, fieldMasks.esm_class.type)).toEqual(listed(fieldValues.esm_class));
  expect(within(ESM_CLASS, fieldMasks.esm_class.mode)).toEqual([0, 1, 2, 3]);
  expect(ESM_CLASS.UDHI).toBe(fieldMasks.esm_class.udhi);
  expect(ESM_CLASS.REPLY_PATH).toBe(fieldMasks.esm_class.replyPath);
});

test('registered_delivery has a name for each kind of receipt, acknowledgement and notification', () => {
  const { receipt, smeAcknowledgement, intermediate } = fieldMasks.registered_delivery;
  expect(within(REGISTERED_DELIVERY, receipt)).toEqual(listed(fieldValues.registered_delivery));
  expect(within(REGISTERED_DELIVERY, smeAcknowledgement)).toEqual([0, 0x04, 0x08]);
  expect(REGISTERED_DELIVERY.INTERMEDIATE).toBe(intermediate);
});

test('a version is written both ways', () => {
  expect(smppVersions.map((name) => versionName(versionByName[name]))).toEqual(smppVersions);
  expect(Object.values(versionByName)).toEqual(listed(fieldValues.interface_version).slice(1));
});
