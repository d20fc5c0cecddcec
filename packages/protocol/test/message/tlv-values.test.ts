import { assert, constantFrom, integer, nat, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readCallbackNumber,
  readCallbackPresentation,
  readCallbackTag,
  writeCallbackNumber,
  writeCallbackPresentation,
  writeCallbackTag,
} from '../../src/message/callback-number.ts';
import {
  readBillingIdentification,
  readBroadcastArea,
  readBroadcastContentType,
  readBroadcastInterval,
  readItsSession,
  readMsValidity,
  readNetworkErrorCode,
  readSubaddress,
  readWaitFacilities,
  writeBillingIdentification,
  writeBroadcastArea,
  writeBroadcastContentType,
  writeBroadcastInterval,
  writeItsSession,
  writeMsValidity,
  writeNetworkErrorCode,
  writeSubaddress,
  writeWaitFacilities,
} from '../../src/message/tlv-values.ts';
import { ContentError } from '../../src/text/content-error.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe('structured TLV values', () => {
  it('network_error_code', () => {
    expect(readNetworkErrorCode(bytes('03001b'))).toEqual({ type: 3, code: 27 });
    expect(hex(writeNetworkErrorCode({ type: 8, code: 0x1234 }))).toBe('081234');
    expect(readNetworkErrorCode(bytes('0300'))).toBeUndefined();
  });

  it('subaddress', () => {
    expect(readSubaddress(bytes('a0313233'))).toEqual({ type: 0xa0, address: bytes('313233') });
    expect(hex(writeSubaddress({ type: 0x80, address: bytes('01') }))).toBe('8001');
    expect(readSubaddress(bytes('a0'))).toBeUndefined();
  });

  it('broadcast area, content type and interval', () => {
    expect(readBroadcastArea(bytes('0041'))).toEqual({ format: 0, details: bytes('41') });
    expect(hex(writeBroadcastArea({ format: 1, details: bytes('') }))).toBe('01');
    expect(readBroadcastArea(bytes(''))).toBeUndefined();
    expect(readBroadcastContentType(bytes('010033'))).toEqual({ network: 1, service: 0x33 });
    expect(hex(writeBroadcastContentType({ network: 0, service: 0x100 }))).toBe('000100');
    expect(readBroadcastInterval(bytes('0a0002'))).toEqual({ unit: 'hours', count: 2 });
    expect(hex(writeBroadcastInterval({ unit: 'asOftenAsPossible', count: 0 }))).toBe('000000');
    expect(hex(writeBroadcastInterval({ unit: 'years', count: 258 }))).toBe('0e0102');
    expect(readBroadcastInterval(bytes('010002'))).toBeUndefined();
  });

  it('its_session_info', () => {
    expect(readItsSession(bytes('0507'))).toEqual({ session: 5, sequence: 3, end: true });
    expect(hex(writeItsSession({ session: 255, sequence: 127, end: false }))).toBe('fffe');
    expect(readItsSession(bytes('05'))).toBeUndefined();
  });

  it('ms_validity, of one octet and of four', () => {
    expect(readMsValidity(bytes('01'))).toEqual({ behaviour: 'powerDown' });
    expect(readMsValidity(bytes('04020003'))).toEqual({
      behaviour: 'relative',
      period: { unit: 'hours', count: 3 },
    });
    expect(hex(writeMsValidity({ behaviour: 'displayOnly' }))).toBe('03');
    expect(hex(writeMsValidity({ behaviour: 'relative', period: { unit: 'years', count: 258 } }))).toBe(
      '04060102',
    );
    expect(readMsValidity(bytes('09'))).toBeUndefined();
  });

  it('billing_identification and ms_msg_wait_facilities', () => {
    expect(readBillingIdentification(bytes('80ff'))).toEqual({ format: 0x80, data: bytes('ff') });
    expect(hex(writeBillingIdentification({ format: 0x81, data: bytes('00') }))).toBe('8100');
    expect(readWaitFacilities(0x82)).toEqual({ indication: 'email', active: true });
    expect(writeWaitFacilities({ indication: 'other', active: false })).toBe(3);
  });

  it('callback_num, in ASCII and TBCD', () => {
    expect(readCallbackNumber(bytes('010101343931'))).toEqual({
      digitMode: 'ascii',
      ton: 1,
      npi: 1,
      digits: '491',
    });
    // 3GPP 29.002: the first digit in the lower half, 15 for none.
    expect(readCallbackNumber(bytes('00020194f1'))).toEqual({
      digitMode: 'tbcd',
      ton: 2,
      npi: 1,
      digits: '491',
    });
    expect(hex(writeCallbackNumber({ digitMode: 'tbcd', ton: 2, npi: 1, digits: '491' }))).toBe('00020194f1');
    expect(readCallbackNumber(bytes('010101'))).toBeUndefined();
    const digits = string({ unit: constantFrom(...'0123456789*#abc'), minLength: 1, maxLength: 16 });
    assert(
      property(
        digits,
        constantFrom('ascii' as const, 'tbcd' as const),
        nat(7),
        nat(15),
        (number, digitMode, ton, npi) => {
          const value = { digitMode, ton, npi, digits: number };
          expect(readCallbackNumber(writeCallbackNumber(value))).toEqual(value);
        },
      ),
    );
  });

  it('callback_num_pres_ind and callback_num_atag', () => {
    for (let value = 0; value < 16; value++) {
      expect(writeCallbackPresentation(readCallbackPresentation(value))).toBe(value);
    }
    expect(readCallbackPresentation(0x06)).toEqual({ presentation: 'restricted', screening: 'failed' });
    expect(readCallbackTag(bytes('0341'))).toEqual({ dataCoding: 3, text: bytes('41') });
    expect(hex(writeCallbackTag({ dataCoding: 8, text: bytes('0041') }))).toBe('080041');
  });

  it('refuse what does not fit', () => {
    for (const write of [
      () => writeNetworkErrorCode({ type: 3, code: 65_536 }),
      () => writeNetworkErrorCode({ type: -1, code: 0 }),
      () => writeSubaddress({ type: 0xa0, address: new Uint8Array(23) }),
      () => writeSubaddress({ type: 0xa0, address: new Uint8Array(0) }),
      () => writeBroadcastArea({ format: 0, details: new Uint8Array(101) }),
      () => writeBroadcastInterval({ unit: 'days', count: -1 }),
      () => writeItsSession({ session: 0, sequence: 128, end: false }),
      () => writeBillingIdentification({ format: 0, data: new Uint8Array(1024) }),
      () => writeMsValidity({ behaviour: 'relative', period: { unit: 'days', count: 65_536 } }),
      () => writeCallbackNumber({ digitMode: 'tbcd', ton: 0, npi: 0, digits: 'x' }),
      () => writeCallbackNumber({ digitMode: 'ascii', ton: 0, npi: 0, digits: '€' }),
      () => writeCallbackNumber({ digitMode: 'ascii', ton: 0, npi: 0, digits: '1'.repeat(17) }),
      () => writeCallbackTag({ dataCoding: 0, text: new Uint8Array(65) }),
    ]) {
      expect(write).toThrow(ContentError);
      expect(write).toThrow(expect.objectContaining({ code: 'CHAPPE_TLV_VALUE' }));
    }
  });

  it('are read from whatever octets', () => {
    assert(
      property(uint8Array({ maxLength: 30 }), integer({ min: 0, max: 255 }), (octets, value) => {
        for (const read of [
          readNetworkErrorCode,
          readSubaddress,
          readBroadcastArea,
          readBroadcastContentType,
          readBroadcastInterval,
          readItsSession,
          readMsValidity,
          readBillingIdentification,
          readCallbackNumber,
          readCallbackTag,
        ]) {
          expect(() => read(octets)).not.toThrow();
        }
        readWaitFacilities(value);
        readCallbackPresentation(value);
      }),
    );
  });
});
