/**
 * Alarm on pumping: traffic made up to earn termination fees goes to rows of neighbouring numbers, or to one range far
 * more than a customer's own users live in. Two looks per message: different numbers in its block of 1,000, and the
 * share of its first six digits among the account's last messages. LoginFailures, so by default they only tell.
 */
import { sameValue } from '../accounts/same-value.ts';
import type { PumpingSettings } from '../settings/filters.ts';
import { BlockWatch, blockNumbers, PrefixWatch } from './pumping-account.ts';

/** What was seen. */
export interface PumpingAlarm {
  readonly account: string;
  readonly kind: 'sequential' | 'prefix-share';
  /** sequential: all but the last three digits; prefix-share: the first six. */
  readonly prefix: string;
  /** sequential: different numbers of the block; prefix-share: share of the prefix, 0 to 1. */
  readonly value: number;
  readonly atMs: number;
  /** Whether messages to the prefix are refused from now on. */
  readonly stopped: boolean;
}

/** What is refused. */
export interface PumpingStop {
  readonly account: string;
  /** '' : everything. */
  readonly prefix: string;
}

const defaultNumbers = 50;
const defaultShare = 0.8;
const defaultLeast = 200;
const defaultWindowMs = 600_000;
const maxWindowMs = 86_400_000;
/** The ring of an account's last messages: 12 octets each. */
const leastRing = 256;
const maxRing = 10_000;
/** Accounts remembered, the least recently used forgotten first: at most some 100 MB when all of them pump. */
const maxAccounts = 1_000;
/** An account that has more prefixes stopped is stopped altogether: it has left the benefit of doubt behind. */
const maxStops = 1_000;
const blockDigits = 3;
const prefixDigits = 6;
/** Fewer are short codes; E.164 numbers have no more than 15, and so many are exact in a number. */
const leastDigits = 7;
const maxDigits = 15;
const zero = 0x30;

interface AccountWatch {
  readonly blocks: BlockWatch;
  readonly prefixes: PrefixWatch;
}

/** PumpingSettings with all defaults, checked. */
export interface PumpingLimits {
  readonly numbers: number;
  readonly share: number;
  readonly least: number;
  readonly windowMs: number;
  readonly stops: boolean;
}

/** Fills in the defaults. Throws a RangeError that names the setting and says what it may be. */
export function pumpingLimits(settings: PumpingSettings = {}): PumpingLimits {
  const { prefixShare = defaultShare } = settings;
  const limits = {
    numbers: inRange('sequential', settings.sequential ?? defaultNumbers, 2, blockNumbers),
    share: prefixShare,
    least: inRange('least', settings.least ?? defaultLeast, 1, maxRing),
    windowMs: inRange('windowMs', settings.windowMs ?? defaultWindowMs, 1, maxWindowMs),
    stops: settings.action === 'stop',
  };
  if (!(prefixShare > 0 && prefixShare <= 1))
    throw new RangeError(`pumping.prefixShare is ${prefixShare}: use a share above 0 and up to 1`);
  return limits;
}

/** Watches all accounts. Times are epoch milliseconds, wall clock; destinations are digits without plus. */
export class PumpingWatch {
  #limits: PumpingLimits;
  /** Alarms told since the start, for metrics. */
  readonly alarms: Record<PumpingAlarm['kind'], number> = { sequential: 0, 'prefix-share': 0 };
  /** Least recently used first. */
  readonly #accounts: Map<string, AccountWatch> = new Map();
  /** Prefixes as text: looked at only for accounts that have some. */
  readonly #stopped: Map<string, Set<string>> = new Map();

  /** Throws a RangeError that names the setting and says what it may be. */
  constructor(settings: PumpingSettings = {}) {
    this.#limits = pumpingLimits(settings);
  }

  /** Takes other limits and looks at all accounts afresh; what is stopped stays so. The same limits change nothing. */
  take(limits: PumpingLimits): void {
    if (sameValue(limits, this.#limits)) return;
    this.#limits = limits;
    this.#accounts.clear();
  }

  /** Notes an accepted message. An alarm is told once per window; one call tells one alarm at most. */
  note(account: string, digits: string, nowMs: number): PumpingAlarm | undefined {
    const { length } = digits;
    if (length < leastDigits || length > maxDigits) return undefined;
    let number = 0;
    let prefix = 0;
    for (let at = 0; at < length; at += 1) {
      const digit = digits.charCodeAt(at) - zero;
      // A name, or a number that was not normalised.
      if (digit < 0 || digit > 9) return undefined;
      number = number * 10 + digit;
      if (at === prefixDigits - 1) prefix = number;
    }
    const block = Math.floor(number / blockNumbers);
    const watch = this.#watch(account);
    if (watch.blocks.note(block, number - block * blockNumbers, nowMs))
      return this.#alarm(account, 'sequential', digits.slice(0, -blockDigits), this.#limits.numbers, nowMs);
    const share = watch.prefixes.note(prefix, nowMs);
    if (share > 0) return this.#alarm(account, 'prefix-share', digits.slice(0, prefixDigits), share, nowMs);
    return undefined;
  }

  /** True when a message is to be refused: its prefix was stopped and not released. */
  isStopped(account: string, digits: string): boolean {
    if (this.#stopped.size === 0) return false;
    const stopped = this.#stopped.get(account);
    if (stopped === undefined) return false;
    return (
      stopped.has('') ||
      stopped.has(digits.slice(0, -blockDigits)) ||
      stopped.has(digits.slice(0, prefixDigits))
    );
  }

  /** All that is stopped. */
  stops(): readonly PumpingStop[] {
    return [...this.#stopped].flatMap(([account, prefixes]) =>
      [...prefixes].map((prefix) => ({ account, prefix })),
    );
  }

  /**
   * Lets an account send everywhere again, or to one prefix that was stopped, and looks at it afresh. True: it was
   * stopped.
   */
  release(account: string, prefix?: string): boolean {
    const stopped = this.#stopped.get(account);
    const wasStopped = prefix === undefined ? stopped !== undefined : stopped?.delete(prefix) === true;
    if (prefix === undefined || stopped?.size === 0) this.#stopped.delete(account);
    this.#accounts.delete(account);
    return wasStopped;
  }

  #watch(account: string): AccountWatch {
    let watch = this.#accounts.get(account);
    if (watch !== undefined) this.#accounts.delete(account);
    else {
      if (this.#accounts.size === maxAccounts) {
        const [oldest = account] = this.#accounts.keys();
        this.#accounts.delete(oldest);
      }
      const { numbers, share, least, windowMs } = this.#limits;
      const ring = Math.max(least, leastRing);
      watch = {
        blocks: new BlockWatch(numbers, windowMs),
        prefixes: new PrefixWatch(share, least, windowMs, ring),
      };
    }
    this.#accounts.set(account, watch);
    return watch;
  }

  #alarm(
    account: string,
    kind: PumpingAlarm['kind'],
    prefix: string,
    value: number,
    atMs: number,
  ): PumpingAlarm {
    this.alarms[kind] += 1;
    if (this.#limits.stops) {
      const stopped = this.#stopped.get(account) ?? new Set<string>();
      stopped.add(stopped.size < maxStops ? prefix : '');
      this.#stopped.set(account, stopped);
    }
    return { account, kind, prefix, value, atMs, stopped: this.#limits.stops };
  }
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`pumping.${name} is ${value}: use a whole number from ${least} to ${most}`);
}
