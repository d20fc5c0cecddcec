/** Which binds a connector makes by connecting. */
import type { ConnectorSettings } from '@chappe/policy';
import type { BindKind } from '@chappe/smpp';

/** The kinds of binds to each of its hosts. */
export function dialedKinds({ version, outbind, bind: asked }: ConnectorSettings): readonly BindKind[] {
  // When the operator calls us for the rest: it cannot be called to a bind that only sends.
  if (outbind !== undefined) return asked === 'transceiver' || asked === 'receiver' ? [] : ['transmitter'];
  // 3.3 has no transceivers.
  const bind = asked ?? (version === '3.3' ? 'transmitter+receiver' : 'transceiver');
  return bind === 'transmitter+receiver' ? ['transmitter', 'receiver'] : [bind];
}
