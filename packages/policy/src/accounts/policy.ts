/** What an account may do, in one object that the ingress asks on the message path. */
import type { Address, Priority } from '@chappe/center';
import { status } from '@chappe/protocol';
import type { AccountSettings } from '../settings/account.ts';
import { atOnce, type Steps } from '../slices.ts';
import {
  compilePermissions,
  type Permissions,
  permittedDestination,
  permittedPriority,
  permittedSender,
} from './permissions.ts';
import { Quota } from './quota.ts';
import { Throughput } from './throughput.ts';

/** Why a message is not taken. */
export type PolicyRefusal = 'sender' | 'destination' | 'throughput' | 'quota';

/** A message that is not taken. */
export interface Refused {
  readonly refusal: PolicyRefusal;
  /** command_status to answer with. */
  readonly status: number;
}

/** A message that is taken, as it goes on. */
export interface Admitted {
  readonly refusal: undefined;
  readonly source: Address;
  readonly destination: Address;
  readonly priority: Priority;
  /** It is answered so many milliseconds later; 0: at once. */
  readonly waitMs: number;
}

/** Plain integers for metrics, counted since the account was made. What is refused is counted where it is noted. */
export interface PolicyCounters {
  /** Submissions that were answered later. */
  shaped: number;
}

const senderRefused: Refused = { refusal: 'sender', status: status.ESME_RINVSRCADR };
const destinationRefused: Refused = { refusal: 'destination', status: status.ESME_RINVDSTADR };
const tooFast: Refused = { refusal: 'throughput', status: status.ESME_RTHROTTLED };
const overQuota: Refused = { refusal: 'quota', status: status.ESME_RTHROTTLED };

/**
 * The policy of one account. A change of settings makes another, which goes on from the counts of the one before: it is
 * to be asked for by name each time. `admit` takes some 15 ns for an account without rules, 20 with throughput and
 * quota, and 100 with rules of every kind and 300,000 destination prefixes (Node 24, two shared cores).
 */
export class AccountPolicy {
  readonly settings: AccountSettings;
  readonly tags: readonly string[];
  readonly quota: Quota;
  readonly counters: PolicyCounters;
  readonly #permissions: Permissions;
  readonly #throughput: Throughput | undefined;

  /** Throws a RangeError that names the account and the field. `previous`: see `Quota`. */
  constructor(
    settings: AccountSettings,
    previous?: AccountPolicy,
    permissions: Permissions = atOnce(compilePermissions(settings, nameOf(settings))),
  ) {
    const where = nameOf(settings);
    this.settings = settings;
    this.tags = settings.tags ?? noTags;
    this.#permissions = permissions;
    this.quota = new Quota(settings.quota ?? noQuota, `${where}: quota`, previous?.quota);
    this.#throughput =
      settings.throughput === undefined
        ? undefined
        : new Throughput(
            settings.throughput,
            `${where}: throughput`,
            previous === undefined ? undefined : previous.#throughput,
          );
    // Shared, not copied: who still holds the policy before counts into the same.
    this.counters = previous?.counters ?? { shaped: 0 };
  }

  /** The same, in steps. */
  static *steps(settings: AccountSettings, previous?: AccountPolicy): Steps<AccountPolicy> {
    return new AccountPolicy(settings, previous, yield* compilePermissions(settings, nameOf(settings)));
  }

  /**
   * One message to one destination: all checks in order. What is refused for its addresses costs neither quota nor
   * throughput. `priority`: as asked for, undefined or 0 when nothing was. `nowMs`: wall clock.
   */
  admit(
    source: Address,
    destination: Address,
    segments: number,
    priority: Priority | undefined,
    nowMs: number,
  ): Admitted | Refused {
    const from = this.sender(source);
    if (from === undefined) return senderRefused;
    const to = this.destination(destination);
    if (to === undefined) return destinationRefused;
    const taken = this.take(segments, nowMs);
    if (typeof taken !== 'number') return taken;
    return {
      refusal: undefined,
      source: from,
      destination: to,
      priority: this.priority(priority),
      waitMs: taken,
    };
  }

  /** The sender that goes on; undefined: ESME_RINVSRCADR. For operations with many destinations, or none. */
  sender(source: Address): Address | undefined {
    return permittedSender(this.#permissions, source);
  }

  /** The destination in the form that goes on; undefined: ESME_RINVDSTADR. */
  destination(address: Address): Address | undefined {
    return permittedDestination(this.#permissions, address);
  }

  /** The priority that a message gets; 0 counts as not asked for. */
  priority(asked: Priority | undefined): Priority {
    return permittedPriority(this.#permissions, asked);
  }

  /** Takes segments from quota and throughput: milliseconds after which to answer (0: at once), or why not. */
  take(segments: number, nowMs: number): number | Refused {
    if (!this.quota.fits(segments, nowMs)) return overQuota;
    const waitMs = this.#throughput === undefined ? 0 : this.#throughput.take(segments, nowMs);
    if (waitMs < 0) return tooFast;
    if (waitMs > 0) this.counters.shaped += 1;
    this.quota.add(segments);
    return waitMs;
  }

  /** Segments that were taken and then refused by something else count no more. Their time is spent. */
  releaseQuota(segments: number): void {
    this.quota.add(-segments);
  }

  /** Segments that were taken and then not stored: that was our failure, so neither quota nor throughput is spent. */
  release(segments: number): void {
    this.quota.add(-segments);
    this.#throughput?.release(segments);
  }
}

function nameOf({ systemId }: AccountSettings): string {
  return `account "${systemId}"`;
}

const noTags: readonly string[] = [];
const noQuota = {};
