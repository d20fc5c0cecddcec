import type { Guard } from '../guard.ts';
import type { Session } from '../session/session.ts';
import type { ClientOptions } from './options.ts';

/** Tells the user of a client of each session, when nothing has passed over it yet, and shows its PDUs. */
export function sessionListener(
  { onPdu, onSession }: Pick<ClientOptions, 'onPdu' | 'onSession'>,
  guard: Guard,
): (session: Session) => void {
  return (session) => {
    if (onPdu !== undefined) {
      session.taps.add((...seen) => guard.run(() => onPdu(session, ...seen), 'onPdu'));
    }
    guard.run(() => onSession?.(session), 'onSession');
  };
}
