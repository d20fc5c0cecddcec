/** Ids that cannot be ours: the answer says so, and is not that of a fault of ours. */
import { type PduInput, type RequestName, status } from '@chappe/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rig } from '../rig.ts';

let rig: Rig;
const errors: unknown[] = [];

beforeEach(async () => {
  errors.length = 0;
  rig = await Rig.start({ onError: (error) => void errors.push(error) });
});
afterEach(() => rig.stop());

const ids: readonly (readonly [string, string])[] = [
  ['of nobody', 'AAAAAAAAAAAAAAAAAAAAAA'],
  ['of one letter', '?'],
  ['with a blank', 'a b'],
  ['of letters that are not ASCII', '\u00e9\u00ff\u0080'],
  ['with a control character', 'a\u0001b\n'],
  ['of 8 characters', '12345678'],
  ['of 9', '123456789'],
  ['of 64', 'x'.repeat(64)],
  ['of 65', 'x'.repeat(65)],
  ['of 300', 'x'.repeat(300)],
  ['of 1,000', '9'.repeat(1_000)],
  ['like a name of an object', '__proto__'],
  ['like a pattern', '%*_\\'],
];

const commands: readonly (readonly [RequestName, readonly number[], readonly (0x33 | 0x34 | 0x50)[]])[] = [
  ['query_sm', [status.ESME_RINVMSGID, status.ESME_RQUERYFAIL], [0x33, 0x34, 0x50]],
  ['cancel_sm', [status.ESME_RINVMSGID, status.ESME_RCANCELFAIL], [0x33, 0x34, 0x50]],
  ['replace_sm', [status.ESME_RINVMSGID, status.ESME_RREPLACEFAIL], [0x33, 0x34, 0x50]],
  ['query_broadcast_sm', [status.ESME_RINVMSGID, status.ESME_RBCASTQUERYFAIL], [0x50]],
  ['cancel_broadcast_sm', [status.ESME_RINVMSGID, status.ESME_RBCASTCANCELFAIL], [0x50]],
  ['query_msg_details', [status.ESME_RINVMSGID, status.ESME_RQUERYFAIL], [0x33]],
];

describe.each(commands)('%s', (command, statuses, versions) => {
  it.each(versions)('of a session of version %i', async (version) => {
    const esme = await rig.esme({ version, bind: 'transmitter' });
    for (const [what, message_id] of ids) {
      // A client of 3.3 sends no longer ones.
      if (version === 0x33 && message_id.length > 8) continue;
      // More than the documents allow, as peers send it all the same.
      const flags = [`oversize:message_id:${message_id.length + 1}>${version === 0x33 ? 9 : 65}`];
      const pdu = { command, message_id, source_addr: 'ACME', source_addr_ton: 5, flags };
      const response = await esme.request(pdu as unknown as PduInput<'query_sm'>);
      expect([what, response.command]).toEqual([what, `${command}_resp`]);
      expect([what, statuses]).toEqual([what, expect.arrayContaining([response.command_status])]);
    }
    expect(errors).toEqual([]);
  });
});
