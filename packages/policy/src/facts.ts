/** What rules and filters look at: one message on its way in, before it is stored. */
import type { Address, Priority } from '@chappe/center';
import type { Tlv } from '@chappe/protocol';

/** The facts of one message. Addresses are as the customer (mt) or the operator (mo) wrote them, normalised. */
export interface MessageFacts {
  /** mt: from a customer; mo: from a handset. */
  readonly kind: 'mt' | 'mo';
  /** mt: the submitter; mo: empty. */
  readonly account: string;
  /** mo: the connector it came by; mt: empty. */
  readonly connector: string;
  readonly source: Address;
  readonly destination: Address;
  /** Decoded text; undefined for octets. */
  readonly text: string | undefined;
  /** Name of the coding: gsm7, ucs2, latin1, octet ... */
  readonly coding: string;
  /** Segments that it takes, 1 or more. */
  readonly segments: number;
  /** TLVs other than message_payload. */
  readonly tlvs: readonly Tlv[];
  /** Tags of the account (mt) or of the connector (mo). */
  readonly tags: readonly string[];
  readonly priority: Priority;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: number;
}
