import { describe, expect, test } from 'vitest';
import { readSmppUrl } from '../../src/client/url.ts';
import { SmppError } from '../../src/errors.ts';

function refusal(url: string): SmppError {
  try {
    readSmppUrl(url);
  } catch (error) {
    expect(error).toBeInstanceOf(SmppError);
    return error as SmppError;
  }
  throw new Error('it was taken');
}

test('what a URL says', () => {
  expect(readSmppUrl('smpp://us:pw@mc.example')).toEqual({
    host: 'mc.example',
    port: 2775,
    tls: false,
    systemId: 'us',
    password: 'pw',
  });
  expect(readSmppUrl('smpps://mc.example')).toMatchObject({
    port: 3550,
    tls: true,
    systemId: '',
    password: '',
  });
  expect(readSmppUrl(' ssmpp://us@[::1]:7000/?bind=rx&version=5.0&system_type=OTA\n')).toEqual({
    host: '::1',
    port: 7000,
    tls: true,
    systemId: 'us',
    password: '',
    bind: 'receiver',
    version: 0x50,
    systemType: 'OTA',
  });
});

/** All that can be typed, and some more. */
const signs = [...Array.from({ length: 0x5f }, (_, at) => String.fromCharCode(0x20 + at)), 'é', 'ß', '€'];

describe('a password with any sign', () => {
  test.each(signs)('%j, written in hexadecimal, comes through', (sign) => {
    for (const password of [sign, `a${sign}`, `${sign}a`, `12${sign}34`, `a${sign}${sign}b`]) {
      const url = `smpp://${encodeURIComponent(sign)}u:${encodeURIComponent(password)}@127.0.0.1:2775?bind=tx`;
      expect(readSmppUrl(url)).toMatchObject({
        systemId: `${sign}u`,
        password,
        host: '127.0.0.1',
        port: 2775,
      });
    }
  });

  test.each(signs)(
    '%j, as it is, comes through or is refused with advice, and never becomes another',
    (sign) => {
      for (const password of [
        sign,
        `a${sign}`,
        `${sign}a`,
        `12${sign}34`,
        `zz${sign}zz`,
        `a${sign}${sign}b`,
      ]) {
        for (const tail of ['@127.0.0.1:2775', '@127.0.0.1', '@127.0.0.1:2775?bind=tx']) {
          const url = `smpp://user:${password}${tail}`;
          let address: ReturnType<typeof readSmppUrl>;
          try {
            address = readSmppUrl(url);
          } catch (error) {
            expect(error).toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
            expect((error as Error).message).toContain('%25');
            expect((error as Error).message).not.toContain(`12${sign}34`);
            expect((error as Error).message).not.toContain('zz');
            continue;
          }
          // `%34` is an escape: whoever means the three signs must write the first as `%25`.
          const meant = sign === '%' && password === '12%34' ? '124' : password;
          expect(address).toMatchObject({ systemId: 'user', password: meant, host: '127.0.0.1', port: 2775 });
        }
      }
    },
  );
});

test.each([
  ['smpp://user:12#34@127.0.0.1:2775', '%23'],
  ['smpp://user:12/34@127.0.0.1:2775', '%2F'],
  ['smpp://user:12?34@127.0.0.1:2775', '%3F'],
  ['smpp://user:100%@h', '%25'],
  ['smpp://us%er:pw@h', '%25'],
  ['smpp://user:pw@h#part', '%23'],
  ['smpp://user:pw@h/path', '%2F'],
  ['smpp://user:p\tw@h', 'control character'],
  ['smpp://user:p\nw@h', 'control character'],
  ['smpp://user:pw@h?systemtype=x', 'did you mean system_type?'],
  ['smpp://user:pw@h?window=5', 'unknown parameter window'],
  ['smpp://user:pw@h?bind=tx&bind=rx', 'twice'],
  ['smpp://user:pw@h?bind=both', 'transceiver'],
  ['smpp://user:pw@h?bind=constructor', 'unknown bind'],
  ['smpp://user:pw@h?version=9', '3.3, 3.4, 5.0'],
  ['smpp://user:pw@h:0', 'port 0'],
  ['smpp://user:pw@h:99999', 'not a URL'],
  ['smpp://user:pw@', 'not a URL'],
  ['http://h', 'smpp:'],
  ['localhost:2775', 'not a URL'],
  ['', 'not a URL'],
])('%j is refused: %s', (url, says) => {
  const { code, message } = refusal(url);
  expect(code).toBe('CHAPPE_SMPP_OPTION');
  expect(message).toContain(says);
});
