/** TLS of the listener: versions and suites are those of the SMPP listeners. */
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { ListenTls } from '@chappe/config';
import { secureContextOptions, tlsVersionMin } from '@chappe/smpp';

// As long as a first request may take on the whole; the connection's own limit comes first.
const handshakeTimeout = 40_000;

/** What a new certificate changes. */
export function secureContextOf({ cert, key, clientCa, ciphers }: ListenTls): SecureContextOptions {
  return { ...secureContextOptions({ cert, key, ca: clientCa, ciphers }), minVersion: tlsVersionMin };
}

/** The whole of it. Whether clients must show a certificate is decided when listening begins. */
export function tlsOptions(tls: ListenTls): TlsOptions {
  const isAsked = tls.clientCa !== undefined;
  return { ...secureContextOf(tls), requestCert: isAsked, rejectUnauthorized: isAsked, handshakeTimeout };
}
