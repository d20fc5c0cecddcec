/** Why a bind did not come about, or did not hold, in words that name the likely causes: a closed socket says none. */
import {
  type CloseReason,
  type Session,
  SmppClosedError,
  SmppConnectError,
  type SmppError,
} from '@chappe/smpp';

const address = 'the address that we come from';

/** A try that failed. What can be said no better is given back as it is. */
export function refusedBind(error: SmppError, isTls: boolean): SmppError {
  if (error.code !== 'CHAPPE_SMPP_CLOSED') return error;
  if (error instanceof SmppClosedError && error.reason === 'framing_error') {
    const what = isTls ? 'another service' : 'another service, or expect TLS there (tls: true)';
    return new SmppConnectError(`what answers at that host and port speaks no SMPP: it may be ${what}`, {
      cause: error,
    });
  }
  // TLS 1.3 refuses our certificate, or its absence, only after our handshake is over: all we see is an end.
  const other = isTls
    ? 'want a certificate of ours, or another (tls.cert, tls.key)'
    : 'expect TLS there (tls: true)';
  return new SmppConnectError(
    `the operator closed the connection before it answered the bind: it may not know ${address}, or ${other}`,
    { cause: error },
  );
}

/** A bind that was accepted and lost before it was of any use. */
export function unheldBind(reason: CloseReason): SmppError {
  const cause =
    reason === 'enquire_link_timeout'
      ? `nothing more came over it: something on the way may drop it, or the operator not know ${address}`
      : `the operator may have as many binds of this system_id as it allows, or not know ${address}`;
  return new SmppConnectError(`the bind was accepted and then lost (${reason}): ${cause}`);
}

/** A bind to ourselves. */
export function boundToItself({ address: host, port }: Session['remote']): SmppError {
  const what = `${host.includes(':') ? `[${host}]` : host}:${port} is a listener of this gateway itself`;
  return new SmppConnectError(`${what}: its messages would go round; see host and port of the connector`);
}
