/** The certificate of the TLS listener: the operator's own, or a self-signed one that is kept beside the messages. */
import { X509Certificate } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { replaceFile } from '@chappe/center';
import type { Certificates } from '@chappe/smpp';
import { usage } from '../failure.ts';
import { selfSigned } from './self-signed.ts';

/** Where a certificate comes from. */
export interface CertificateSource {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** The data folder; `:memory:` keeps nothing. */
  readonly data: string;
}

/** A certificate, and what people are told of it. */
export interface ChosenCertificate {
  readonly certificates: Certificates;
  readonly about: string;
}

const dayMs = 86_400_000;
// CA/Browser Forum's limit for certificates of servers; some clients refuse longer ones.
const lifetimeMs = 397 * dayMs;
// Then a new one is made at the next start.
const renewalMs = 30 * dayMs;
// Clocks of peers differ.
const backdatedMs = dayMs;
// Certificate and key in one file: both are new, or both are old, whenever the process may be killed.
const keptName = 'tls.pem';

/** Reads the operator's files, or the kept certificate, or makes one. Throws a `Failure`. */
export function chooseCertificate(source: CertificateSource, nowMs: number): ChosenCertificate {
  const { tlsCert, tlsKey, data } = source;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return { certificates: ownCertificate(tlsCert, tlsKey), about: `certificate ${tlsCert}` };
  }
  if (tlsCert !== undefined) throw usage('--tls-cert is given without --tls-key', 'give both, or neither');
  if (tlsKey !== undefined) throw usage('--tls-key is given without --tls-cert', 'give both, or neither');
  if (data === ':memory:') return { certificates: freshCertificate(nowMs), about: 'self-signed certificate' };
  const path = join(data, keptName);
  return { certificates: keptCertificate(path, nowMs), about: `self-signed certificate, ${path}` };
}

function ownCertificate(certPath: string, keyPath: string): Certificates {
  const cert = readPem('--tls-cert', certPath);
  const key = readPem('--tls-key', keyPath);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const why = (cause as Error).message;
    throw usage(
      `--tls-cert ${certPath} and --tls-key ${keyPath} cannot be used: ${why}`,
      'both are PEM files, the key without a passphrase, and belong together',
    );
  }
  return { cert, key };
}

function readPem(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw usage(
      `${flag} ${path} cannot be read: ${(cause as Error).message}`,
      'give a PEM file that this user may read',
    );
  }
}

function freshCertificate(nowMs: number): Certificates {
  return selfSigned(nowMs - backdatedMs, nowMs + lifetimeMs);
}

function keptCertificate(path: string, nowMs: number): Certificates {
  const kept = readKept(path, nowMs);
  if (kept !== undefined) return { cert: kept, key: kept };
  const { cert, key } = freshCertificate(nowMs);
  replaceFile(path, `${cert}${key}`);
  return { cert, key };
}

/** The kept file, as long as it is good for a while; one that cannot be read, or leads elsewhere, is none that we made. */
function readKept(path: string, nowMs: number): string | undefined {
  try {
    if (lstatSync(path).isSymbolicLink()) return undefined;
    const pem = readFileSync(path, 'utf8');
    createSecureContext({ cert: pem, key: pem });
    const { validFromDate, validToDate } = new X509Certificate(pem);
    const isGood = validFromDate.getTime() <= nowMs && validToDate.getTime() - nowMs > renewalMs;
    return isGood ? pem : undefined;
  } catch {
    return undefined;
  }
}
