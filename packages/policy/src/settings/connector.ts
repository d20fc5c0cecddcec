/** An upstream message centre and how it is to be dealt with. Durations in milliseconds. */

import type { ErrorClass, RetryDelays } from '@chappe/center';
import type { SmppVersion } from '@chappe/protocol';
import type { NumberPlan, SenderRule } from './account.ts';
import type { FilterSettings } from './filters.ts';

/** TLS to an upstream. */
export interface UpstreamTls {
  /** PEM texts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Name in its certificate; default the host. */
  readonly serverName?: string | undefined;
  /** False takes any certificate: for tests only. */
  readonly verify?: boolean | undefined;
  /** Suites of TLS 1.2; default those with forward secrecy and AEAD. */
  readonly ciphers?: string | undefined;
}

/**
 * What an address is: a name has other characters than digits; a short code less than 7 digits, or the TON of one (network
 * specific, abbreviated); an international number begins with a plus, or its TON says so; a national one by its TON; any
 * other number is `number`.
 */
export type AddressKind = 'name' | 'shortCode' | 'international' | 'national' | 'number';

/** TON and NPI of one kind of addresses; what is left out is as for all kinds. */
export interface AddressType {
  readonly ton?: number | undefined;
  readonly npi?: number | undefined;
}

/** TON, NPI and form of addresses towards an upstream. */
export interface AddressRewrite {
  /** Undefined: as they are. `auto`: guessed from the address (international, short code, name). */
  readonly ton?: number | 'auto' | undefined;
  readonly npi?: number | 'auto' | undefined;
  /** By kind; what is given here counts before `ton` and `npi`. */
  readonly kinds?: { readonly [K in AddressKind]?: AddressType | undefined } | undefined;
  /** Taken away from the front of a number, then `addPrefix` is put there. */
  readonly stripPrefix?: string | undefined;
  readonly addPrefix?: string | undefined;
}

/** What happens with one vendor TLV. */
export interface TlvRule {
  /** For people and for the API: `pe_id`. */
  readonly name: string;
  readonly tag: number;
  readonly type: 'text' | 'hex' | 'integer';
  /** Octets of an integer: 1, 2, 4; default as few as hold it. */
  readonly octets?: number | undefined;
  /** Without it the message is not sent here: next connector, or rejected. */
  readonly required?: boolean | undefined;
  /** Put in when the message has none. */
  readonly value?: string | undefined;
  /** Taken from the TLV with this tag instead (mapping). */
  readonly fromTag?: number | undefined;
  /** Longest value, octets. */
  readonly maxOctets?: number | undefined;
}

/** What an upstream's command_status means. */
export interface StatusRule {
  /** command_status: number. */
  readonly status: number;
  /**
   * permanent: never there (next connector if the route says so); temporary: again, as error class `system`; throttled:
   * slow down and again; full: queue full, again later; accepted: as ESME_ROK without an id; rebind: it does not honour
   * the bind any more, which is made anew, and the message goes again (what all statuses of binds mean by default).
   */
  readonly means: 'permanent' | 'temporary' | 'throttled' | 'full' | 'accepted' | 'rebind';
}

/** What receipts of an upstream say. */
export interface UpstreamReceiptSettings {
  /**
   * How its ids in receipts relate to those in responses. `auto` (default) learns it. `same`; `hex-dec`: hexadecimal in
   * responses, decimal in receipts; `dec-hex`: the other way; `loose`: any of these. Case, leading zeros and blanks around
   * an id never count.
   */
  readonly ids?: 'auto' | 'same' | 'hex-dec' | 'dec-hex' | 'loose' | undefined;
  /** Minutes that its dates are east of UTC; default 0. */
  readonly offsetMinutes?: number | undefined;
  /** IANA time zone of its dates, as `Europe/Paris`; wins over `offsetMinutes`. */
  readonly timeZone?: string | undefined;
  /**
   * Receipts for a long message that leaves in parts. `each`: one for each part. `one`: the first final one, of whichever
   * part, is about the whole. `auto` (default): as each; where all parts have one id, those that have heard nothing 3 s
   * after the last receipt end as that one says.
   */
  readonly longMessages?: 'auto' | 'each' | 'one' | undefined;
  /** Its error codes to ours: `{'013': 27}`; others pass as they are. */
  readonly errors?: Readonly<Record<string, number>> | undefined;
  /** Receipt words with a meaning of their own: `{'FAILED': 'UNDELIVERABLE'}`. */
  readonly states?: Readonly<Record<string, string>> | undefined;
  /** How long one that finds no message waits for the response to a submission; default 10 minutes. */
  readonly earlyMs?: number | undefined;
  /** Unmatched receipts kept for looking and rematching; more are only counted. Default 10,000. */
  readonly unmatched?: number | undefined;
}

/** When a connector is taken out of use for a while. */
export interface BreakerSettings {
  /** Failures in a row (timeouts, system errors) that open it; default 20, 0: never. */
  readonly failures?: number | undefined;
  /** How long it stays open before one message tries again; default 30 s. */
  readonly pauseMs?: number | undefined;
}

/** One upstream. */
export interface ConnectorSettings {
  readonly name: string;
  /**
   * Receipts are matched among the connectors of one group: several binds of one account at one operator. Default: its
   * name.
   */
  readonly group?: string | undefined;
  readonly host: string;
  /** Default 2775, or 3550 with TLS. */
  readonly port?: number | undefined;
  /**
   * Further hosts of the same account: binds are made to each, and all of them act as one, with one rate. A port left out
   * is that by default. Not together with `receiveHost` and `receivePort`. Default none.
   */
  readonly hosts?: readonly { readonly host: string; readonly port?: number | undefined }[] | undefined;
  readonly tls?: UpstreamTls | undefined;
  readonly systemId: string;
  readonly password: string;
  readonly systemType?: string | undefined;
  /** Default 3.4. */
  readonly version?: SmppVersion | undefined;
  /**
   * `transceiver` (default), or `transmitter+receiver`: two kinds of binds (default of 3.3, which has no transceivers).
   * `transmitter`: receipts come only where the operator sends them on it.
   */
  readonly bind?: 'transceiver' | 'transmitter' | 'receiver' | 'transmitter+receiver' | undefined;
  /** Where receiving binds go, when elsewhere. */
  readonly receiveHost?: string | undefined;
  readonly receivePort?: number | undefined;
  /** Binds that act as one, of each kind and to each host; default 1. */
  readonly binds?: number | undefined;
  /** Requests per bind that may await a response; default 10. */
  readonly window?: number | undefined;
  /** After so many requests a bind is ended in order and made anew at once, for operators that take no more; default never. */
  readonly messagesPerBind?: number | undefined;
  /** Messages per second over all binds; default as fast as the windows allow. */
  readonly perSecond?: number | undefined;
  readonly burst?: number | undefined;
  readonly addressRange?: string | undefined;
  readonly bindTon?: number | undefined;
  readonly bindNpi?: number | undefined;
  readonly source?: AddressRewrite | undefined;
  readonly destination?: AddressRewrite | undefined;
  readonly numbers?: NumberPlan | undefined;
  readonly senderRules?: readonly SenderRule[] | undefined;
  /** service_type of all messages; undefined: the customer's. */
  readonly serviceType?: string | undefined;
  /** What data_coding 0 means there; default gsm7. */
  readonly defaultAlphabet?: 'gsm7' | 'gsm7-packed' | 'latin1' | 'ascii' | undefined;
  /** How segments belong together there; default udh8. */
  readonly longMessages?: 'udh8' | 'udh16' | 'sar' | 'payload' | undefined;
  /** data_sm instead of submit_sm; default: as it came. */
  readonly command?: 'submit_sm' | 'data_sm' | undefined;
  /** What a customer sent by one submit_multi goes on as one, as far as it goes this way at once. Default false: one by one. */
  readonly submitMulti?: boolean | undefined;
  /** Which TLVs of the customer go on: `all`, `none`, or those of `tlvs` only. Default `all`. */
  readonly passTlvs?: 'all' | 'none' | 'listed' | undefined;
  readonly tlvs?: readonly TlvRule[] | undefined;
  /** Whether the upstream's validity is told; default true. */
  readonly sendValidity?: boolean | undefined;
  /** The longest validity that it is told; undefined: what the message has left. Default undefined. */
  readonly validityMs?: number | undefined;
  /** priority_flag of all messages, 0 to 3 (3.3: 1, 5.0: 4); undefined: the customer's. Some operators price by it. */
  readonly priorityFlag?: number | undefined;
  /** protocol_id of all messages, 0 to 255; undefined: the customer's. */
  readonly protocolId?: number | undefined;
  /** Receipts are asked for even when the customer wants none: the outcome is known then. Default true. */
  readonly alwaysReceipt?: boolean | undefined;
  /**
   * What it is not to get: the message goes to another connector of its route, or is rejected. Without duplicates and
   * replacements, which belong to routes.
   */
  readonly filters?: FilterSettings | undefined;
  readonly statuses?: readonly StatusRule[] | undefined;
  readonly retry?: Partial<Record<ErrorClass, Partial<RetryDelays>>> | undefined;
  /**
   * A submission without answer. `wait` (default): for its receipt or `unknownWaitMs`, then it ends as unknown; `resend`:
   * again, marked; `fail`: ends as unknown at once.
   */
  readonly unknown?: 'wait' | 'resend' | 'fail' | undefined;
  /** Default 5 minutes. */
  readonly unknownWaitMs?: number | undefined;
  readonly receipts?: UpstreamReceiptSettings | undefined;
  readonly breaker?: BreakerSettings | undefined;
  /** Default 30 s. */
  readonly enquireLinkMs?: number | undefined;
  /** Default 10 s. */
  readonly enquireLinkResponseMs?: number | undefined;
  /** Default 60 s. */
  readonly responseTimeoutMs?: number | undefined;
  /** How long connecting may take (default 5 s), and then the answer to the bind (default 10 s). */
  readonly connectTimeoutMs?: number | undefined;
  /** Shortest and longest wait before the next try to bind; default 1 s to 60 s. */
  readonly reconnect?:
    | { readonly minMs?: number | undefined; readonly maxMs?: number | undefined }
    | undefined;
  /** Where we listen for the upstream's outbind: binds that receive come that way only, and only a transmitter is connected. */
  readonly outbind?:
    | {
        readonly host?: string | undefined;
        readonly port: number;
        readonly systemId?: string;
        readonly password?: string;
      }
    | undefined;
  /** Not bound until it is started by hand. */
  readonly paused?: boolean | undefined;
  /**
   * It is another Chappe: it is told which gateways a message has been through (a vendor TLV), so that none comes round
   * again. Default: by what it calls itself, `chappe` or as we do.
   */
  readonly peer?: boolean | undefined;
  /** Tags for routing rules of what comes from there. */
  readonly tags?: readonly string[] | undefined;
}
