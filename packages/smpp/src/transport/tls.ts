import type { PeerCertificate, SecureContextOptions, SecureVersion, TLSSocket } from 'node:tls';

/** A certificate with its key, PEM; `ca` are the issuers of the certificates that we accept from the other end. */
export interface Certificates {
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly passphrase?: string | undefined;
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
}

/** Older versions are refused: TLS 1.0 and 1.1 were withdrawn by RFC 8996. */
export const tlsVersionMin: SecureVersion = 'TLSv1.2';

/** Certificates as Node takes them. */
export function secureContextOptions(certificates: Certificates): SecureContextOptions {
  const { cert, key, passphrase, ca } = certificates;
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca: ca as (string | Buffer)[] }),
  };
}

/** Subject of the other end's certificate as `CN=gateway,O=Example`; undefined when it has none. */
export function certificateSubjectOf(socket: TLSSocket): string | undefined {
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (subject === undefined) return undefined;
  return Object.entries(subject)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(',');
}
