/** The gateway's errors in the words of the API. */
import { CenterError } from '@chappe/center';
import { GatewayError, type GatewayErrorCode } from '@chappe/policy';
import { statusName } from '@chappe/protocol';
import { Problem, type ProblemCode } from './problem.ts';

const codes: Readonly<Record<GatewayErrorCode, ProblemCode>> = {
  CHAPPE_GATEWAY_INVALID: 'refused',
  CHAPPE_GATEWAY_FULL: 'full',
  CHAPPE_GATEWAY_THROTTLED: 'throttled',
  CHAPPE_GATEWAY_STORE: 'store_failed',
  CHAPPE_GATEWAY_STOPPED: 'stopping',
  CHAPPE_GATEWAY_TIMEOUT: 'wait_timeout',
  CHAPPE_GATEWAY_ABORTED: 'stopping',
};

/** Names of arguments of the gateway that the API calls otherwise. */
const fields: ReadonlyMap<string, string> = new Map([
  ['scheduleAtMs', 'schedule'],
  ['validityMs', 'validity'],
  ['bytes', 'hex'],
]);

const hints: Readonly<Partial<Record<ProblemCode, string>>> = {
  throttled: 'wait a second and try again',
  full: 'wait a second and try again',
  store_failed: 'nothing was accepted; look into the log of the server',
};

// Long enough for a queue to drain a bit, short enough for a person.
const retryAfterS = '1';

/** The problem that an error of the gateway or its center is; undefined for any other error. */
export function problemOfGateway(error: unknown): Problem | undefined {
  if (error instanceof CenterError) return problemOfCenter(error);
  if (!(error instanceof GatewayError)) return undefined;
  // What the store said is plainer than what an ESME would have been told.
  if (error.code === 'CHAPPE_GATEWAY_STORE' && error.cause instanceof CenterError) {
    return problemOfCenter(error.cause);
  }
  const code = codes[error.code];
  const { field, commandStatus } = error;
  const isLater = code === 'full' || code === 'throttled';
  return new Problem(code, renamed(error.message, field), {
    cause: error,
    field: field === undefined ? undefined : (fields.get(field) ?? field),
    hint: hints[code],
    commandStatus: commandStatus === undefined ? undefined : statusName(commandStatus),
    headers: isLater ? { 'retry-after': retryAfterS } : undefined,
  });
}

/** Messages of the store name files of the server: they are for the log, not for the caller. */
function problemOfCenter(error: CenterError): Problem {
  switch (error.code) {
    case 'CHAPPE_CENTER_FULL':
      return new Problem('full', 'too many messages are waiting', {
        cause: error,
        hint: hints.full,
        headers: { 'retry-after': retryAfterS },
      });
    case 'CHAPPE_CENTER_DRAFT':
      return new Problem('refused', error.message, { cause: error });
    case 'CHAPPE_STORE_ASIDE':
      return new Problem('store_failed', 'the file of that day is damaged and set aside', {
        cause: error,
        hint: 'what became of its messages is not known; look into the log of the server',
      });
    case 'CHAPPE_CENTER_STOPPED':
    case 'CHAPPE_STORE_CLOSED':
      return new Problem('stopping', 'this server is stopping', { cause: error });
    default:
      return new Problem('store_failed', `the store has failed: ${error.code}`, {
        cause: error,
        hint: hints.store_failed,
      });
  }
}

function renamed(message: string, field: string | undefined): string {
  const name = field === undefined ? undefined : fields.get(field);
  return field === undefined || name === undefined ? message : message.replaceAll(field, name);
}
