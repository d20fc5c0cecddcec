/** Which addresses and priorities an account may use, compiled once: pure data, and functions without allocation. */
import type { Address, Priority } from '@chappe/center';
import { isDigits, TON, withoutPlus } from '@chappe/protocol';
import type { PrefixTrie } from '../lists/prefix-trie.ts';
import { compileDestinations, holdsDestination } from '../numbers/destinations.ts';
import { checkNumberPlan, normaliseNumber } from '../numbers/number-plan.ts';
import { compileSenders, holdsSender, type SenderList } from '../numbers/sender-patterns.ts';
import { compileSenderRules, replaceSender, type SenderRules } from '../numbers/sender-rules.ts';
import type { AccountSettings, NumberPlan } from '../settings/account.ts';
import type { Steps } from '../slices.ts';

/** What an account may use; undefined: anything. */
export interface Permissions {
  readonly senders: SenderList | undefined;
  readonly rules: SenderRules | undefined;
  readonly destinations: PrefixTrie | undefined;
  readonly plan: NumberPlan | undefined;
  /** Whether addresses with TON and NPI 0 get those below. */
  readonly hasDefaultTypes: boolean;
  readonly ton: number;
  readonly npi: number;
  readonly defaultPriority: Priority;
  readonly maxPriority: Priority;
}

// SMPP 3.4 5.2.5 and 5.2.6; the same bounds as for what peers send.
const maxTon = 7;
const maxNpi = 18;
const highestPriority = 3;

/** Compiles the rules of an account, in steps. Throws a RangeError; `where` names the account in it. */
export function* compilePermissions(settings: AccountSettings, where: string): Steps<Permissions> {
  const { senders, senderRules, destinations, numbers, defaultTon, defaultNpi } = settings;
  if (numbers !== undefined) checkNumberPlan(numbers, `${where}: numbers`);
  const { defaultPriority = 0, maxPriority = 3 } = settings;
  numberWithin(defaultPriority, highestPriority, `${where}: defaultPriority`);
  numberWithin(maxPriority, highestPriority, `${where}: maxPriority`);
  if (defaultPriority > maxPriority) {
    throw new RangeError(`${where}: defaultPriority is above maxPriority; lower it, or raise maxPriority`);
  }
  return {
    senders: senders === undefined ? undefined : compileSenders(senders, `${where}: senders`),
    rules:
      senderRules === undefined || senderRules.length === 0
        ? undefined
        : compileSenderRules(senderRules, `${where}: senderRules`),
    destinations:
      destinations === undefined
        ? undefined
        : yield* compileDestinations(destinations, `${where}: destinations`),
    plan: numbers,
    hasDefaultTypes: defaultTon !== undefined || defaultNpi !== undefined,
    ton: numberWithin(defaultTon, maxTon, `${where}: defaultTon`),
    npi: numberWithin(defaultNpi, maxNpi, `${where}: defaultNpi`),
    defaultPriority,
    maxPriority,
  };
}

/**
 * The sender that goes on, or undefined when it is not permitted. Rules come first: what a rule has put there is the
 * operator's word and needs no permission. The same object when nothing changes.
 */
export function permittedSender(permissions: Permissions, source: Address): Address | undefined {
  const { rules, senders } = permissions;
  let sender = source;
  if (rules !== undefined) {
    const replaced = replaceSender(rules, source);
    if (replaced === undefined) return undefined;
    sender = replaced;
  }
  if (senders !== undefined && sender === source && !holdsSender(senders, source.digits)) return undefined;
  return permissions.hasDefaultTypes ? withDefaultTypes(permissions, sender) : sender;
}

/** The destination in the form that goes on, or undefined when it is not permitted. The same object when nothing changes. */
export function permittedDestination(permissions: Permissions, address: Address): Address | undefined {
  const { plan, destinations } = permissions;
  let destination = plan === undefined ? address : normaliseNumber(address, plan);
  if (permissions.hasDefaultTypes) {
    const typed = withDefaultTypes(permissions, destination);
    // What the number says itself comes first; an account whose numbers are national by default has no prefix on them.
    if (typed !== destination) destination = plan === undefined ? typed : normaliseNumber(typed, plan);
  }
  return destinations === undefined || holdsDestination(destinations, destination.digits)
    ? destination
    : undefined;
}

/**
 * The priority that a message gets. 0 is what submit_sm carries when its sender does not care, so it counts as not
 * asked for; more than the account may have is cut to that.
 */
export function permittedPriority(permissions: Permissions, asked: Priority | undefined): Priority {
  if (asked === undefined || asked === 0) return permissions.defaultPriority;
  return asked > permissions.maxPriority ? permissions.maxPriority : asked;
}

function withDefaultTypes(permissions: Permissions, address: Address): Address {
  const { ton, npi, digits } = address;
  if (ton !== 0 || npi !== 0 || digits === '') return address;
  // The default is meant for numbers: a name with the type of a number is refused by every operator.
  if (!isDigits(withoutPlus(digits))) return { ton: TON.ALPHANUMERIC, npi: 0, digits };
  return { ton: permissions.ton, npi: permissions.npi, digits };
}

function numberWithin(value: number | undefined, most: number, where: string): number {
  if (value === undefined) return 0;
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new RangeError(`${where} must be 0 to ${most}, not ${value}`);
  }
  return value;
}
