/** What to do when no connection can be had, by what the platform or the session says about it. */

const selfSigned =
  'trust its certificate with --ca FILE (`chappe start` shows where its own is), or, for a test, --insecure';
const noTls = 'the other side does not speak TLS on that port: smpp:// instead of smpps://';

const hints: { readonly [reason: string]: string | undefined } = {
  ECONNREFUSED: 'nothing listens there: is a message centre running? `chappe start` starts one',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name cannot be looked up now: is the network up?',
  EHOSTUNREACH: 'no way leads there: is the network up, does a firewall refuse?',
  ENETUNREACH: 'no way leads there: is the network up?',
  ETIMEDOUT: 'nobody answers: is the address right, does a firewall drop?',
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: selfSigned,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: selfSigned,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: selfSigned,
  CERT_HAS_EXPIRED: 'its certificate has expired: tell whoever runs it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: use that name in the URL',
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  connection_lost:
    'it closed the connection: is that a port for TLS (smpps://), or an address that it does not let in?',
  framing_error: 'what answers there does not speak SMPP: is that the right port?',
  enquire_link_timeout: 'it stopped answering: is it still running, is the network up?',
};

/** The hint for an error of connecting; undefined where nothing more is known. */
export function connectHint(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, reason } = cause as { readonly code?: unknown; readonly reason?: unknown };
    const found = hints[String(reason)] ?? hints[String(code)];
    if (found !== undefined) return found;
  }
  return undefined;
}
