import { createPrivateKey, X509Certificate } from 'node:crypto';
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { chooseCertificate } from '../../src/start/certificate.ts';
import { selfSigned } from '../../src/start/self-signed.ts';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 23, 12);
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'chappe-certificate-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
});

function choose(atMs: number): X509Certificate {
  const { certificates } = chooseCertificate({ data, tlsCert: undefined, tlsKey: undefined }, atMs);
  const certificate = new X509Certificate(certificates.cert as string);
  expect(certificate.checkPrivateKey(createPrivateKey(certificates.key as string))).toBe(true);
  return certificate;
}

test('a self-signed certificate is what it says', () => {
  const { cert, key } = selfSigned(nowMs, nowMs + 90 * dayMs);
  const certificate = new X509Certificate(cert);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  expect(certificate.validFromDate.getTime()).toBe(nowMs);
  expect(certificate.validToDate.getTime()).toBe(nowMs + 90 * dayMs);
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('::1')).toBeDefined();
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect(certificate.checkIP('192.0.2.1')).toBeUndefined();
  expect(certificate.ca).toBe(true);
});

test('no two are the same, and none has a serial number that clients refuse', () => {
  const serials = Array.from({ length: 50 }, () => {
    const { serialNumber } = new X509Certificate(selfSigned(nowMs, nowMs + dayMs).cert);
    // RFC 5280 4.1.2.2: positive, at most 20 octets.
    expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    return serialNumber;
  });
  expect(new Set(serials).size).toBe(50);
});

test('dates from 2050 on are written the other way (RFC 5280 4.1.2.5)', () => {
  const [fromMs, untilMs] = [Date.UTC(2049, 11, 31, 23, 59, 59), Date.UTC(2050, 0, 1)];
  const certificate = new X509Certificate(selfSigned(fromMs, untilMs).cert);
  expect(certificate.validFromDate.getTime()).toBe(fromMs);
  expect(certificate.validToDate.getTime()).toBe(untilMs);
});

test('the certificate is kept, for its owner only, until it is nearly over', () => {
  const first = choose(nowMs);
  const path = join(data, 'tls.pem');
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  expect(choose(nowMs + 366 * dayMs).fingerprint256).toBe(first.fingerprint256);

  const renewed = choose(nowMs + 368 * dayMs);
  expect(renewed.fingerprint256).not.toBe(first.fingerprint256);
  expect(choose(nowMs + 368 * dayMs).fingerprint256).toBe(renewed.fingerprint256);
});

test('a clock that was set back makes a new one, since the kept one is not valid yet', () => {
  const first = choose(nowMs);
  expect(choose(nowMs - 10 * dayMs).fingerprint256).not.toBe(first.fingerprint256);
});

test.each(['tls.pem', 'tls.pem.new'])(
  'a link by the name of %s is replaced, and nothing lies where it led',
  (name) => {
    const victim = join(data, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(data, name));
    const first = choose(nowMs);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(join(data, 'tls.pem')).isFile()).toBe(true);
    expect(choose(nowMs).fingerprint256).toBe(first.fingerprint256);
  },
);

test('a kept file that is no certificate is replaced', () => {
  const path = join(data, 'tls.pem');
  writeFileSync(path, 'half a certif');
  choose(nowMs);
  expect(readFileSync(path, 'utf8')).toMatch(/BEGIN CERTIFICATE[\s\S]*BEGIN PRIVATE KEY/);
});

test('in memory nothing is written', () => {
  const source = { data: ':memory:', tlsCert: undefined, tlsKey: undefined };
  const [first, second] = [chooseCertificate(source, nowMs), chooseCertificate(source, nowMs)];
  expect(first.certificates.cert).not.toBe(second.certificates.cert);
  expect(statSync(':memory:', { throwIfNoEntry: false })).toBeUndefined();
});
