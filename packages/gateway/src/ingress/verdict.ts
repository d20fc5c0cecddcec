/** What is asked of the acceptance, what it asks itself, and what it says. */
import type { Address, Priority } from '@chappe/center';
import type { Account, CompiledRoute, Filters, MessageFacts, Router } from '@chappe/policy';
import type { Concatenation, Tlv } from '@chappe/protocol';
import type { AccountCredit } from '../money/account-credit.ts';
import type { Reservation } from './reservation.ts';

/** How a submission came in. */
export interface Door {
  /** `submit_sm` and the like, or `http`. */
  readonly command: string;
  /** Of SMPP. */
  readonly session: number | undefined;
}

/** Where a part of a text belongs that its customer has cut, see wholes.ts. */
export interface PartPlace {
  readonly account: string;
  /** What all parts of its text have in common. */
  readonly whole: string;
  /** 1 to `total`. */
  readonly sequence: number;
  /** 2 to 255. */
  readonly total: number;
}

/** One message to one destination, as its customer asked for it. */
export interface Asked {
  readonly account: Account;
  readonly source: Address;
  readonly destination: Address;
  readonly text: string | undefined;
  /** Octets that tell two messages apart where the text does not: content that is no text, or a segment. */
  readonly contentKey: Uint8Array | undefined;
  readonly dataCoding: number;
  /** What it is counted and paid as. */
  readonly segments: number;
  /** Which part it is, of a text that its customer has cut. */
  readonly part: Concatenation | undefined;
  readonly tlvs: readonly Tlv[];
  /** 0: none was asked for. */
  readonly priority: Priority;
  /** Wall clock. */
  readonly nowMs: number;
}

/** Why a message is not taken: what it is counted under. */
export type RefusalKind =
  | 'sender'
  | 'destination'
  | 'throughput'
  | 'quota'
  | 'filter'
  | 'pumping'
  | 'loop'
  | 'route'
  | 'unrouted'
  | 'credit';

/** A message that is not taken. */
export interface NotTaken {
  readonly refusal: RefusalKind;
  /** command_status to answer with. */
  readonly status: number;
  /** Which route or setting decided, for those who are asked: `route=uk sender-blocked filters.blockFrom`. */
  readonly rule?: string | undefined;
}

/** A message that is taken, as it goes on. */
export interface Taken {
  readonly refusal: undefined;
  readonly source: Address;
  readonly destination: Address;
  readonly priority: Priority;
  readonly lane: string;
  readonly memo: string | undefined;
  /** Of each segment, millionths of the currency. */
  readonly price: number;
  /** What was set aside for it, and is remembered of it; undefined: nothing. */
  readonly reservation: Reservation | undefined;
  /** It is answered so many milliseconds later. */
  readonly waitMs: number;
  /** A text that a filter has changed. */
  readonly text: string | undefined;
  /** What was asked about; undefined where nothing was. */
  readonly facts: MessageFacts | undefined;
  /** Where it belongs, and whether it waits there for the other parts; undefined: it is no part. */
  readonly part: { readonly place: PartPlace; readonly isHeld: boolean } | undefined;
  /** For the timeline: `route=uk`. */
  readonly detail: string | undefined;
}

/** The filters of a route, those for all included. */
export interface RouteFilters {
  readonly filters: Filters;
  /** What passes is remembered: it must be told when a message is not stored after all. */
  readonly remembers: boolean;
}

/** What the acceptance asks. All are replaced when the settings change. */
export interface AcceptanceParts {
  readonly router: Router | undefined;
  /** Lane of a route that leads to connectors. */
  laneOf(route: CompiledRoute): string;
  filtersOf(route: CompiledRoute): RouteFilters;
  /** Those of the route of that name; undefined: there is none (any more). */
  filtersNamed(route: string): RouteFilters | undefined;
  /** The money of an account; undefined when it has none to be asked about. */
  creditOf(account: Account): AccountCredit | undefined;
  /** Of this gateway, see hops.ts. */
  readonly nodeId: Uint8Array;
  /** Whether messages of an account to a number are stopped since they look made up; notes them, too. */
  isStopped(account: string, digits: string, nowMs: number): boolean;
}
