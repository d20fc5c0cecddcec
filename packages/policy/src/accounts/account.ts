/** One account, compiled from its settings. */

import { compileOwnNumbers } from '../numbers/number-owners.ts';
import type { SenderPattern } from '../numbers/sender-patterns.ts';
import type { AccountSettings } from '../settings/account.ts';
import type { Steps } from '../slices.ts';
import { compileNetworks, isWide } from './networks.ts';
import { type PasswordHash, parsePasswordHash } from './password.ts';
import { AccountPolicy } from './policy.ts';

/** One account. A change of settings makes another object of the same name. */
export interface Account {
  /** Its system_id. */
  readonly name: string;
  readonly settings: AccountSettings;
  readonly policy: AccountPolicy;
  /** Undefined in an open gateway, where every password is right. */
  readonly passwordHash: PasswordHash | undefined;
  /** Whether it may come from an address; undefined: from any. */
  readonly networks: ((address: string) => boolean) | undefined;
  /** Whether an address is in a network of its own: those that strangers have, too, do not count. */
  readonly isListed: (address: string) => boolean;
  /** Numbers that are given to it; none where it wants no messages from handsets. */
  readonly ownNumbers: readonly SenderPattern[];
  readonly suspended: boolean;
}

/** SMPP 3.4 5.2.1: 16 octets with the NUL. Longer ones exist in the field; 64 is what our decoder lets through. */
const maxNameCharacters = 64;
const maxBinds = 10_000;
const maxWindow = 100_000;
const maxTags = 100;
// All that a PDU has room for.
const maxTlvOctets = 131_072;

/** Compiles an account of a closed gateway, in steps. Throws a RangeError that names the account and the field. */
export function* compileAccount(settings: AccountSettings, previous: Account | undefined): Steps<Account> {
  const { systemId, allowFrom, suspended, mo } = settings;
  const where = `account "${systemId}"`;
  checkName(systemId);
  checkCounts(settings, where);
  const passwordHash = parsePasswordHash(settings.passwordHash);
  // The text is not quoted: somebody may have put the password there.
  if (passwordHash === undefined) {
    throw new RangeError(`${where}: passwordHash is no scrypt hash; make one with hashPassword`);
  }
  return {
    name: systemId,
    settings,
    policy: yield* AccountPolicy.steps(settings, previous?.policy),
    passwordHash,
    networks: allowFrom === undefined ? undefined : compileNetworks(allowFrom, `${where}: allowFrom`),
    isListed: compileNetworks(
      (allowFrom ?? []).filter((network) => !isWide(network)),
      `${where}: allowFrom`,
    ),
    ownNumbers: mo === 'none' ? [] : yield* compileOwnNumbers(settings.ownNumbers, `${where}: ownNumbers`),
    suspended: suspended ?? false,
  };
}

/** An account of an open gateway: it may do everything, and its password is always right. */
export function openAccount(name: string): Account {
  const settings: AccountSettings = { systemId: name, passwordHash: '' };
  return {
    name,
    settings,
    policy: new AccountPolicy(settings),
    passwordHash: undefined,
    networks: undefined,
    isListed: () => false,
    ownNumbers: [],
    suspended: false,
  };
}

/** Throws a RangeError on a system_id that cannot be. */
export function checkName(systemId: string): void {
  if (systemId.length === 0 || systemId.length > maxNameCharacters) {
    throw new RangeError(`account "${systemId}": system_id must have 1 to ${maxNameCharacters} characters`);
  }
  for (let at = 0; at < systemId.length; at += 1) {
    if (systemId.charCodeAt(at) < 0x20) {
      throw new RangeError(`account ${JSON.stringify(systemId)}: system_id must have no control characters`);
    }
  }
}

function checkCounts(settings: AccountSettings, where: string): void {
  const { binds, window, tlvOctets, bindKinds, tags } = settings;
  if (binds !== undefined && !isWithin(binds, 1, maxBinds)) {
    throw new RangeError(`${where}: binds must be 1 to ${maxBinds}; to keep the account out, suspend it`);
  }
  if (window !== undefined && !isWithin(window, 1, maxWindow)) {
    throw new RangeError(`${where}: window must be 1 to ${maxWindow} requests`);
  }
  if (tlvOctets !== undefined && !isWithin(tlvOctets, 0, maxTlvOctets)) {
    throw new RangeError(`${where}: tlvOctets must be 0 to ${maxTlvOctets} octets`);
  }
  if (bindKinds?.length === 0) {
    throw new RangeError(`${where}: bindKinds is empty; leave it out for all kinds, or suspend the account`);
  }
  if (tags !== undefined && tags.length > maxTags) throw new RangeError(`${where}: at most ${maxTags} tags`);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
