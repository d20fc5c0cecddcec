/** The gateway's errors in the words of the API. */
import { GatewayError, type GatewayErrorCode } from '@chappe/gateway';
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

/** The problem that a gateway's error is; undefined for any other error. */
export function problemOfGateway(error: unknown): Problem | undefined {
  if (!(error instanceof GatewayError)) return undefined;
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

function renamed(message: string, field: string | undefined): string {
  const name = field === undefined ? undefined : fields.get(field);
  return field === undefined || name === undefined ? message : message.replaceAll(field, name);
}
