/** Which receipts a submitter asked for, as the bit set of `Message.receiptWanted`. */

import { noticeOnRetry, receiptOnFailure, receiptOnSuccess } from '@chappe/center';
import type { Version } from '@chappe/protocol';

/** The bit set for a registered_delivery (SMPP 3.4 5.2.17, SMPP 5.0 4.7.21). 3.3 knows 0 and 1 only. */
export function receiptsWanted(registeredDelivery: number, version: Version): number {
  const always = receiptOnSuccess | receiptOnFailure;
  if (version === 0x33) return (registeredDelivery & 1) !== 0 ? always : 0;
  const notice = (registeredDelivery & 0x10) !== 0 ? noticeOnRetry : 0;
  switch (registeredDelivery & 3) {
    case 1:
      return always | notice;
    case 2:
      return receiptOnFailure | notice;
    case 3:
      return receiptOnSuccess | notice;
    default:
      return notice;
  }
}
