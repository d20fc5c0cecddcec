import {
  createSecureContext,
  type PeerCertificate,
  type SecureContextOptions,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { refuse } from '../option-checks.ts';
import type { Remote } from './transport.ts';

/** A certificate with its key, PEM; `ca` are the issuers of the certificates that we accept from the other end. */
export interface Certificates {
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly passphrase?: string | undefined;
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /**
   * The suites of TLS 1.2 by OpenSSL's names, parted by `:`, for a peer that is too old for the default: those that keep
   * what was said secret also from who gets the key later, and that check what they decrypt (ECDHE or DHE with GCM or
   * ChaCha20). Those of TLS 1.3 are always offered.
   */
  readonly ciphers?: string | undefined;
}

/** Older versions are refused: TLS 1.0 and 1.1 were withdrawn by RFC 8996. */
export const tlsVersionMin: SecureVersion = 'TLSv1.2';

/** RFC 8446: without them in the list, Node speaks no TLS 1.3. */
const suitesOfTls13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
/** RFC 9325 4.2: of TLS 1.2 only these are to be used. Node's own list has CBC with SHA-1 too. */
const suitesOfTls12: string = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'DHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
].join(':');

/** Certificates and suites as Node takes them. */
export function secureContextOptions(certificates: Certificates): SecureContextOptions {
  const { cert, key, passphrase, ca, ciphers = suitesOfTls12 } = certificates;
  return {
    ciphers: `${suitesOfTls13}:${ciphers}`,
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca: ca as (string | Buffer)[] }),
  };
}

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) for certificates, keys and suites that are none, or not of one pair. */
export function checkCertificates(tls: Certificates): void {
  try {
    createSecureContext(secureContextOptions(tls));
  } catch (cause) {
    refuse('tls', `cannot be used: ${(cause as Error).message}`, cause);
  }
}

/** What is known of the other end by its certificate; nothing when it has shown none. */
export function certificateOf(
  socket: TLSSocket,
): Pick<Remote, 'certificateSubject' | 'certificateFingerprint'> {
  const { subject, fingerprint256 } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (subject === undefined || fingerprint256 === undefined) return {};
  const certificateSubject = Object.entries(subject)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(',');
  return { certificateSubject, certificateFingerprint: fingerprint256.replaceAll(':', '').toLowerCase() };
}
