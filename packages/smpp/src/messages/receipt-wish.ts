import { fieldMasks, REGISTERED_DELIVERY } from '@chappe/protocol';

/**
 * Which receipts are asked for (registered_delivery, SMPP 5.0 4.7.21): none; one for the final state; one for a
 * failure only; one for success only (5.0; older MCs are asked for `final`); `final` and intermediate notifications.
 */
export type ReceiptWish = 'none' | 'final' | 'failure' | 'success' | 'all';

/** registered_delivery of each wish. */
export const registeredDelivery: { readonly [W in ReceiptWish]: number } = {
  none: REGISTERED_DELIVERY.NONE,
  final: REGISTERED_DELIVERY.FINAL,
  failure: REGISTERED_DELIVERY.FAILURE,
  success: REGISTERED_DELIVERY.SUCCESS,
  all: REGISTERED_DELIVERY.FINAL | REGISTERED_DELIVERY.INTERMEDIATE,
};

const byBits: readonly ReceiptWish[] = ['none', 'final', 'failure', 'success'];

/** The wish that a registered_delivery says; whoever wants intermediate notifications wants the final one, too. */
export function receiptWishOf(value: number): ReceiptWish {
  const { receipt, intermediate } = fieldMasks.registered_delivery;
  return value & intermediate ? 'all' : byBits[value & receipt]!;
}
