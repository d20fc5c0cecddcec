/** The binds that take messages: which of them serves a number, and so which lane a message for it goes to. */

import { type AddressRange, compileAddressRange } from '@chappe/policy';
import type { Session } from '@chappe/smpp';
import { accountLane, handsetLane } from './lanes.ts';
import { stickyAccount } from './sticky-account.ts';

/** One bind that takes messages: a receiver or a transceiver. */
export interface Bind {
  readonly session: Session;
  readonly account: string;
  /** The numbers it serves; undefined when it named none. */
  readonly range: AddressRange | undefined;
  /** `session=12`, for timelines: made once, written often. */
  readonly label: string;
  /** Octets of the messages that it has not acknowledged; kept by its account's connector. */
  octets: number;
}

/** The accounts that a number is given to, see number-owners.ts of policy. */
export type OwnersOf = (number: string) => readonly string[];

/**
 * The binds that take messages now. In a sandbox a bind has the numbers that it asks for, and answers go to whoever is
 * there; in a gateway numbers are given to accounts, and what their binds ask for beyond these counts for nothing.
 */
export class ReceivingBinds {
  readonly #ownersOf: OwnersOf | undefined;
  readonly #binds: Bind[] = [];
  // Nearly every bind has no address_range, and then a submission must not pay for looking.
  #ranged: Bind[] = [];

  /** `ownersOf`: undefined in a sandbox, where every number is anybody's. */
  constructor(ownersOf?: OwnersOf) {
    this.#ownersOf = ownersOf;
  }

  /** Whether numbers are given to accounts: not in a sandbox. */
  get knowsOwners(): boolean {
    return this.#ownersOf !== undefined;
  }

  /** All binds that take messages. */
  get binds(): readonly Bind[] {
    return this.#binds;
  }

  /** Takes note of a bound session; undefined when it is a transmitter. */
  bound(session: Session, account: string): Bind | undefined {
    if (session.kind === 'transmitter') return undefined;
    const range = compileAddressRange(session.bind?.address_range ?? '');
    const bind: Bind = { session, account, range, label: `session=${session.id}`, octets: 0 };
    this.#binds.push(bind);
    this.#index();
    return bind;
  }

  /** Forgets a session; returns the bind that it was. */
  unbound(session: Session): Bind | undefined {
    const at = this.#binds.findIndex((bind) => bind.session === session);
    if (at < 0) return undefined;
    const [bind] = this.#binds.splice(at, 1);
    this.#index();
    return bind;
  }

  /** Lane of a message to that number: ESME to ESME inside a served range (SMPP 3.4 5.2.7), else its handset. */
  laneTo(digits: string): string {
    if (this.#ranged.length === 0) return handsetLane;
    const bind = this.#serving(digits);
    return bind === undefined ? handsetLane : accountLane(bind.account);
  }

  /**
   * The account for a message from a handset to that number. In a gateway: its owner; of several the one that last wrote
   * to the handset from there (`writer`), else always the same for one handset; `given` for what nobody owns. In a
   * sandbox: whose bind serves the number, else the writer, `given`, any account with a receiving bind. Undefined: nobody
   * is there yet.
   */
  accountFor(
    digits: string,
    handset: string,
    writer: string | undefined,
    given?: string | undefined,
  ): string | undefined {
    if (this.#ownersOf === undefined) {
      return this.#serving(digits)?.account ?? writer ?? given ?? this.#binds[0]?.account;
    }
    const owners = this.#ownersOf(digits);
    if (owners.length < 2) return owners[0] ?? given;
    return writer !== undefined && owners.includes(writer) ? writer : stickyAccount(owners, handset);
  }

  #serving(digits: string): Bind | undefined {
    const owners = this.#ownersOf?.(digits);
    // Most specific first.
    return this.#ranged.find(
      ({ range, account }) =>
        (owners === undefined || owners.includes(account)) && range?.matches(digits) === true,
    );
  }

  #index(): void {
    this.#ranged = this.#binds
      .filter((bind) => bind.range !== undefined)
      .sort((a, b) => (b.range?.specificity ?? 0) - (a.range?.specificity ?? 0));
  }
}
