/** When the certificates of our listeners end: a lapsed one locks all customers out at once. */
import { X509Certificate } from 'node:crypto';
import type { Certificates } from '@chappe/smpp';

/** The end of one certificate. */
export interface CertificateEnd {
  /** `tls`, `more-1` ...: as the listeners are named in the metrics. */
  readonly listener: string;
  /** Wall clock, epoch milliseconds. */
  readonly endsMs: number;
}

/** When the first certificate in a PEM text ends; undefined when there is none, or it cannot be read. */
export function certificateEndMs(cert: Certificates['cert']): number | undefined {
  if (cert === undefined) return undefined;
  try {
    const endsMs = Date.parse(new X509Certificate(cert).validTo);
    return Number.isNaN(endsMs) ? undefined : endsMs;
  } catch {
    // Whoever listens with it has told what is wrong.
    return undefined;
  }
}
