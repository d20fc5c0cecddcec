/** Which receipts a submitter asked for, as the bit set of `Message.receiptWanted`. */

/** A receipt when the message was delivered. */
export const receiptSuccess = 1;
/** A receipt when it was not. */
export const receiptFailure = 2;
/** A notification when an attempt failed and more will follow. */
export const receiptIntermediate = 4;

/** The bit set for a registered_delivery (SMPP 3.4 5.2.17, SMPP 5.0 4.7.21). 3.3 knows 0 and 1 only. */
export function receiptsWanted(registeredDelivery: number, version: 0x33 | 0x34 | 0x50): number {
  if (version === 0x33) return (registeredDelivery & 1) !== 0 ? receiptSuccess | receiptFailure : 0;
  const intermediate = (registeredDelivery & 0x10) !== 0 ? receiptIntermediate : 0;
  switch (registeredDelivery & 3) {
    case 1:
      return receiptSuccess | receiptFailure | intermediate;
    case 2:
      return receiptFailure | intermediate;
    case 3:
      return receiptSuccess | intermediate;
    default:
      return intermediate;
  }
}
