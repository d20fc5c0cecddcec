/** What is allowed and hardly meant in a connector. */
import type { ConnectorSettings } from '@chappe/gateway';
import type { Flaw } from './flaw.ts';

// SMPP 3.4 4.1.1, without the NUL.
const documented = [
  ['systemId', 15],
  ['password', 8],
  ['systemType', 12],
  ['addressRange', 40],
] as const;

/** The warnings of one connector; paths begin in it. */
export function unwiseConnector(connector: ConnectorSettings): Flaw[] {
  return documented.flatMap(([key, most]): Flaw[] => {
    const value = connector[key];
    if (value === undefined || value.length <= most) return [];
    const message = `${key} has more than ${most} characters, which SMPP does not provide for: it is sent as it is`;
    return [{ message, hint: 'look whether this is what the operator has given out', path: [key] }];
  });
}
