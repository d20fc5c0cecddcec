import { commands, nearest } from '@chappe/protocol';
import { isControl } from '../core/states.ts';
import { SmppError } from '../errors.ts';
import { isOptionsObject } from '../option-checks.ts';

/** Throws for handlers of what is no request, and for handlers that cannot be called. */
export function checkOperations(operations: unknown, hasOurCommands: boolean): void {
  if (!isOptionsObject(operations)) {
    const what = operations === undefined ? 'operations is missing:' : 'operations is wrong:';
    const example = '{ submit_sm: (pdu) => ({ message_id }) }';
    throw new SmppError('CHAPPE_SMPP_OPTION', `${what} it takes an object of handlers, as ${example}`);
  }
  const requests = Object.entries(commands).flatMap(([name, { kind }]) =>
    kind === 'request' && !isControl(name) ? [name] : [],
  );
  for (const [name, handler] of Object.entries(operations as object)) {
    if (isControl(name)) refuse(name, 'the session answers it itself');
    if (hasOurCommands && !requests.includes(name)) {
      const meant = nearest(name, requests);
      refuse(
        name,
        `it is no request that is answered${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      );
    }
    if (handler !== undefined && typeof handler !== 'function') refuse(name, 'it takes a function');
  }
}

function refuse(name: string, reason: string): never {
  throw new SmppError('CHAPPE_SMPP_OPTION', `operations.${name}: ${reason}`);
}
