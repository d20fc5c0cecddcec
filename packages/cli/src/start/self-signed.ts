/**
 * A self-signed certificate, so that TLS can be tried without preparing anything. Keys and signature are those of the
 * platform; here only the few fields around them are put together (RFC 5280 4.1, in DER: ITU-T X.690).
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate and its private key, PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

const integer = 0x02;
const bitString = 0x03;
const octetString = 0x04;
const objectId = 0x06;
const utf8String = 0x0c;
const utcTime = 0x17;
const generalizedTime = 0x18;
const sequence = 0x30;
const set = 0x31;
// Alternatives of GeneralName (RFC 5280 4.2.1.6).
const dnsName = 0x82;
const ipAddress = 0x87;

const yes = Buffer.from([0x01, 0x01, 0xff]);
const serialOctets = 16;

/** Object identifiers, as their content octets. */
const oids = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAltName: '551d11',
  serverAuth: '2b06010505070301',
} as const;

/** One element: tag, length, content. */
function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function oid(name: keyof typeof oids): Buffer {
  return element(objectId, Buffer.from(oids[name], 'hex'));
}

function bits(content: Uint8Array, unused = 0): Buffer {
  return element(bitString, Buffer.from([unused]), content);
}

/** RFC 5280 4.1.2.5: years from 2050 on are written with four digits. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? element(utcTime, Buffer.from(digits.slice(2)))
    : element(generalizedTime, Buffer.from(digits));
}

function extension(name: keyof typeof oids, isCritical: boolean, value: Buffer): Buffer {
  return element(sequence, oid(name), ...(isCritical ? [yes] : []), element(octetString, value));
}

/** Only what this machine calls itself: nobody else can be talked into taking it for theirs. */
function loopbackNames(): Buffer {
  return element(
    sequence,
    element(dnsName, Buffer.from('localhost')),
    element(ipAddress, Buffer.from([127, 0, 0, 1])),
    element(ipAddress, Buffer.from('00000000000000000000000000000001', 'hex')),
  );
}

function extensions(): Buffer {
  const list = element(
    sequence,
    // An authority for itself: some clients take no other certificate as their own root.
    extension('basicConstraints', true, element(sequence, yes)),
    // digitalSignature and keyCertSign.
    extension('keyUsage', true, bits(Buffer.from([0b1000_0100]), 2)),
    extension('extendedKeyUsage', false, element(sequence, oid('serverAuth'))),
    extension('subjectAltName', false, loopbackNames()),
  );
  return element(0xa3, list);
}

function serialNumber(): Buffer {
  const octets = randomBytes(serialOctets);
  // Positive, and no leading zero octet (X.690 8.3.2).
  octets[0] = (octets[0]! & 0x3f) | 0x40;
  return element(integer, octets);
}

/** Makes a certificate for localhost, 127.0.0.1 and ::1 with a new P-256 key, valid between two wall clock times. */
export function selfSigned(fromMs: number, untilMs: number): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const algorithm = element(sequence, oid('ecdsaWithSha256'));
  const attribute = element(sequence, oid('commonName'), element(utf8String, Buffer.from('chappe sandbox')));
  const name = element(sequence, element(set, attribute));
  const version3 = element(0xa0, element(integer, Buffer.from([2])));
  const validity = element(sequence, time(fromMs), time(untilMs));
  const signed = element(
    sequence,
    version3,
    serialNumber(),
    algorithm,
    name,
    validity,
    name,
    publicKey,
    extensions(),
  );
  const certificate = element(sequence, signed, algorithm, bits(sign('sha256', signed, privateKey)));
  return { cert: pem('CERTIFICATE', certificate), key: privateKey };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
