import type { TlvTable } from '@chappe/protocol';
import type { NoTlvs, TlvsOption } from '../core/vendor-tlvs.ts';
import type { Address } from '../messages/address.ts';
import type { ContentInput } from '../messages/content.ts';
import type { ReceiptWish } from '../messages/receipt-wish.ts';

/** A time from now. */
export interface Duration {
  readonly days?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
}

/** A message to be sent. */
export interface OutgoingMessage<T extends TlvTable = NoTlvs> extends ContentInput {
  /**
   * Sender. `+` and digits are an international number, digits alone are of unknown type, anything else is
   * alphanumeric. What people put between the digits of a number is left out. Default: empty, the MC puts in what it
   * knows.
   */
  readonly from?: string | Address | undefined;
  /** A number, written as for `from`: `'+44 7700 900123'`. What is none goes as an `Address` only, as it is. */
  readonly to: string | Address;
  /** Default `none`. */
  readonly receipt?: ReceiptWish | undefined;
  /** How long, or until when, the MC tries. Default: what the MC does. */
  readonly validity?: Date | Duration | undefined;
  /** When the MC begins to deliver. Default: now. */
  readonly schedule?: Date | Duration | undefined;
  /** 0 to 3. Default 0. */
  readonly priority?: number | undefined;
  readonly serviceType?: string | undefined;
  readonly protocolId?: number | undefined;
  /** Further bits of esm_class; the one for the user data header is set where needed. */
  readonly esmClass?: number | undefined;
  readonly replaceIfPresent?: boolean | undefined;
  /** Added to every segment: a list, or a record by name. */
  readonly tlvs?: TlvsOption<T> | undefined;
}
