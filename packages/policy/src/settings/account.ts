/** What an account is and may do, as its operator set it. Durations in milliseconds, addresses without plus. */
import type { Priority } from '@chappe/center';

/** How its messages are named to it, see message-id.ts of center. `hexdec`: hexadecimal in responses, decimal in receipts. */
export type MessageIdForm = 'hex' | 'uuid' | 'decimal' | 'hexdec' | 'short';

/** How fast it may submit. Counted in segments: a submit_multi to ten costs ten. */
export interface ThroughputSettings {
  /** Segments per second. */
  readonly perSecond: number;
  /** Segments that may come at once after a pause; default one second's worth, at least 1. */
  readonly burst?: number | undefined;
  /**
   * What is too fast. `reject` (default): ESME_RTHROTTLED. `shape`: it is answered later, when its time has come, up to
   * 5 s; beyond that it is rejected.
   */
  readonly excess?: 'reject' | 'shape' | undefined;
}

/** How much it may submit, in segments; beyond: ESME_RTHROTTLED until the next day or month (UTC). */
export interface QuotaSettings {
  readonly day?: number | undefined;
  readonly month?: number | undefined;
}

/** One rule of sender replacement: the first that matches counts. */
export interface SenderRule {
  /** `ACME`, `4477*`, `*` for all, '' for none given. */
  readonly from: string;
  /** What stands there instead; undefined: stays. */
  readonly replaceBy?: string | undefined;
  /** True: refused with ESME_RINVSRCADR. */
  readonly refuse?: boolean | undefined;
}

/** How numbers are written by somebody, so that they can be brought into international form. */
export interface NumberPlan {
  /** Country code put in front of national numbers, as `44`. */
  readonly countryCode?: string | undefined;
  /** Digits before a national number, as `0`; taken away. */
  readonly nationalPrefix?: string | undefined;
  /** Digits before an international number, as `00` or `011`; taken away. A plus always is. */
  readonly internationalPrefixes?: readonly string[] | undefined;
  /** Numbers of fewer digits are short codes and stay as they are; default 7. */
  readonly leastDigits?: number | undefined;
}

/** How receipts to it look. */
export interface AccountReceiptSettings {
  /** Of the two dates: minutes east of UTC, or an IANA time zone; default UTC. */
  readonly timeZone?: string | undefined;
  /** Dates with seconds (12 digits instead of 10). */
  readonly seconds?: boolean | undefined;
  /** Label of the text: `text` (default) or `Text`. */
  readonly textLabel?: 'text' | 'Text' | undefined;
  /** Whether the first 20 characters of the message stand in it; default true. */
  readonly quoteText?: boolean | undefined;
  /**
   * Of a long text that was cut here: `all`, one for each segment; `first` or `last`, that of one; `aggregate`
   * (default), one for the whole when all segments are over: delivered if all are, else the first failure.
   */
  readonly longMessages?: 'all' | 'first' | 'last' | 'aggregate' | undefined;
  /** Which binds get receipts: any that receives (default), receivers only, transceivers only. */
  readonly binds?: 'any' | 'receiver' | 'transceiver' | undefined;
  /** The webhook that gets receipts, instead of a bind. */
  readonly webhook?: string | undefined;
  /** How long one waits for a bind; default the gateway's (72 h). */
  readonly validityMs?: number | undefined;
  /** Most that wait for it, about; beyond, receipts are counted and not made. Default no limit. */
  readonly limit?: number | undefined;
  /** Sent as data_sm instead of deliver_sm. */
  readonly asDataSm?: boolean | undefined;
  /**
   * TLVs of the operator's receipt that are passed on, to peers of 3.4 and 5.0 and to webhooks: by tag, or all of them. They
   * may say what a message cost. Default none, but for network_error_code.
   */
  readonly tlvs?: 'none' | 'all' | readonly number[] | undefined;
}

/** Prepaid or postpaid, and what it may spend. Amounts in millionths of the currency, see decimal.ts. */
export interface CreditSettings {
  /** prepaid: nothing is accepted that the balance does not cover. postpaid: the balance may go down to `-limit`. */
  readonly mode: 'prepaid' | 'postpaid';
  /** Postpaid: how far below zero; default no bound. */
  readonly limit?: number | undefined;
  /** Most that may be spent in a day, in a month (UTC). */
  readonly perDay?: number | undefined;
  readonly perMonth?: number | undefined;
  /** What counts: `accepted` (default): charged unless refused by every upstream; `delivered`: only when delivered. */
  readonly charge?: 'accepted' | 'delivered' | undefined;
}

/** One account. What is left out is not limited, unless it says otherwise. */
export interface AccountSettings {
  /** system_id: 1 to 15 octets (up to 64 are taken). */
  readonly systemId: string;
  /** `scrypt$N$r$p$salt$hash` (base64url), as `hashPassword` writes it. */
  readonly passwordHash: string;
  /** SHA-256 (hex) of its key for the HTTP API; undefined: it cannot send by HTTP. */
  readonly apiKeyHash?: string | undefined;
  /** Networks (CIDR) or addresses it may come from. Undefined: any. Empty: none. */
  readonly allowFrom?: readonly string[] | undefined;
  readonly tlsOnly?: boolean | undefined;
  /**
   * Client certificates of which it must show one that its listener has verified: subjects as `CN=acme,O=Acme`, or SHA-256
   * fingerprints, 64 hexadecimal digits. Undefined: it need not.
   */
  readonly clientCertificates?: readonly string[] | undefined;
  readonly bindKinds?: readonly ('transmitter' | 'receiver' | 'transceiver')[] | undefined;
  /** Sessions at once; default 100. */
  readonly binds?: number | undefined;
  /** Its requests that may await our answer, per session; default the listener's. */
  readonly window?: number | undefined;
  /**
   * Octets that the TLVs of one message may have, those apart that are part of the text or of its header; beyond,
   * ESME_RINVTLVLEN. They are kept and sent with every segment. Default 4,096.
   */
  readonly tlvOctets?: number | undefined;
  readonly throughput?: ThroughputSettings | undefined;
  readonly quota?: QuotaSettings | undefined;
  /** Senders it may use: exact, or with `*` at the end. Undefined: any. */
  readonly senders?: readonly string[] | undefined;
  /** Destination prefixes it may send to; undefined: any. */
  readonly destinations?: readonly string[] | undefined;
  readonly senderRules?: readonly SenderRule[] | undefined;
  /** How it writes destinations. */
  readonly numbers?: NumberPlan | undefined;
  /** TON and NPI of addresses that came with 0 and 0. */
  readonly defaultTon?: number | undefined;
  readonly defaultNpi?: number | undefined;
  /** What data_coding 0 means to it; default gsm7. */
  readonly defaultAlphabet?: 'gsm7' | 'gsm7-packed' | 'latin1' | 'ascii' | undefined;
  /** Default hex; 3.3 sessions always get `short`. */
  readonly messageId?: MessageIdForm | undefined;
  readonly receipts?: AccountReceiptSettings | undefined;
  /**
   * Numbers that are given to it: exact, or with `*` at the end. What handsets write to them is its, where no rule says
   * otherwise, and of an address_range of its binds only what lies in them counts. Default none.
   */
  readonly ownNumbers?: readonly string[] | undefined;
  /** Whether messages from handsets go to it, and to which binds; default `any`. */
  readonly mo?: 'any' | 'receiver' | 'transceiver' | 'none' | undefined;
  /** Priority of messages that do not say, and the highest it may ask for. */
  readonly defaultPriority?: Priority | undefined;
  readonly maxPriority?: Priority | undefined;
  /** Names for routing rules. */
  readonly tags?: readonly string[] | undefined;
  readonly credit?: CreditSettings | undefined;
  /** Binds are refused and sessions ended. Its receipts wait. */
  readonly suspended?: boolean | undefined;
}
