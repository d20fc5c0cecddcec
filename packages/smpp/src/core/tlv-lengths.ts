import { type DecodedPdu, status, type TlvName, tlvs, type Version } from '@chappe/protocol';
import { isControl, type SessionRole, type Verdict } from './states.ts';

/** As the decoder says it: `tlv_len:user_message_reference:9!=2`. */
const FLAG = 'tlv_len:';

function isIntegerFlag(flag: string): boolean {
  if (!flag.startsWith(FLAG)) return false;
  const name = flag.slice(FLAG.length, flag.indexOf(':', FLAG.length));
  const type = Object.hasOwn(tlvs, name) ? tlvs[name as TlvName].type : undefined;
  return type === 'integer' || type === 'bitmask';
}

/**
 * The verdict on a PDU, its TLVs looked at: an MC refuses a request whose integer TLV has a wrong length (SMPP 5.0
 * 2.8.4), since a made-up number would go on to operators and receipts. An ESME takes what MCs send: a receipt that is
 * refused is lost. 3.3 knows no TLVs, so nothing is read into them.
 */
export function verdictWithTlvs(
  verdict: Verdict | undefined,
  pdu: DecodedPdu,
  role: SessionRole,
  version: Version,
): Verdict | undefined {
  if (verdict !== 0 || role !== 'mc' || version === 0x33 || pdu.command === 'malformed') return verdict;
  // Hot path: nearly every PDU is without deviation.
  if (pdu.flags.length === 0 || isControl(pdu.command)) return verdict;
  return pdu.flags.some(isIntegerFlag) ? status.ESME_RINVTLVLEN : verdict;
}
