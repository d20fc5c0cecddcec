/** alert_notification (SMPP 3.4 4.12): a handset that a message waited for is back. */

import type { Message } from '@chappe/center';
import type { PduInput, PduOf, TlvInput } from '@chappe/protocol';

/** Who wants to hear that a handset is back: set_dpf (SMPP 3.4 5.3.2.29). */
export interface Alert {
  readonly account: string;
  readonly source: Message['source'];
  readonly destination: Message['destination'];
}

/** ms_availability_status 0: available (SMPP 3.4 5.3.2.30). */
const available = 0;

/** The notification for the sender that asked for it by set_dpf. */
export function alertPdu({ source, destination }: Alert): PduInput<'alert_notification'> {
  return {
    command: 'alert_notification',
    // The handset is the source, the ESME's address the one that it had written from.
    source_addr_ton: destination.ton,
    source_addr_npi: destination.npi,
    source_addr: destination.digits,
    esme_addr_ton: source.ton,
    esme_addr_npi: source.npi,
    esme_addr: source.digits,
    tlvs: [{ name: 'ms_availability_status', value: available }],
  };
}

/** A notification of an upstream, for the sender that it is about. */
export function passedAlert(pdu: PduOf<'alert_notification'>): PduInput<'alert_notification'> {
  return {
    command: 'alert_notification',
    source_addr_ton: pdu.source_addr_ton,
    source_addr_npi: pdu.source_addr_npi,
    source_addr: pdu.source_addr,
    esme_addr_ton: pdu.esme_addr_ton,
    esme_addr_npi: pdu.esme_addr_npi,
    esme_addr: pdu.esme_addr,
    tlvs: pdu.tlvs as readonly TlvInput[],
  };
}
