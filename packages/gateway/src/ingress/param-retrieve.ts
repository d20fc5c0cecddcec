/** param_retrieve (SMPP 3.3 only): a few facts about the centre by name. */
import { type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { type Ingress, refuse } from './ingress.ts';

// 3.3 names no parameters; these are what an ESME of that age can make use of.
const parameters: ReadonlyMap<string, (session: Session, ingress: Ingress) => string> = new Map([
  ['system_id', (session: Session) => session.systemId],
  ['interface_version', (session: Session) => session.version.toString(16)],
  ['time', (_: Session, ingress: Ingress) => new Date(ingress.clock.nowMs()).toISOString()],
  ['validity_seconds', (_: Session, ingress: Ingress) => String(ingress.lifetime.validityMs / 1_000)],
]);

/** Answers with the value; ESME_RINVPARAM for a name that is not known. */
export function paramRetrieve(
  pdu: PduOf<'param_retrieve'>,
  session: Session,
  ingress: Ingress,
): ResponseInput<'param_retrieve'> {
  const value = parameters.get(pdu.param_name.toLowerCase());
  if (value === undefined) return { ...refuse(ingress, status.ESME_RINVPARAM), param_value: '' };
  return { param_value: value(session, ingress) };
}
