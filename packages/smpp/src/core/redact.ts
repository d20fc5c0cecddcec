/** What stands in place of a password in everything that is kept, logged or shown: 8 characters, the longest legal. */
const MASK = '********';

/** The PDU with its password masked (binds and outbind have one); the same object where there is none. */
export function redacted<P extends { readonly command: string }>(pdu: P): P {
  if (!('password' in pdu) || pdu.password === '' || pdu.password === undefined) return pdu;
  return { ...pdu, password: MASK };
}
