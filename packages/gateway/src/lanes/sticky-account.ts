/** The same one of several accounts for the same handset, whoever comes and goes. */

/**
 * Rendezvous hashing: the account whose hash with the key is highest. No table, and when an account leaves the list
 * only its handsets move. `accounts` is not empty.
 */
export function stickyAccount(accounts: readonly string[], key: string): string {
  let chosen = accounts[0] as string;
  let highest = -1;
  for (const account of accounts) {
    const weight = hashOf(account, key);
    // Equal hashes: by name, so that the order of the list does not matter.
    if (weight > highest || (weight === highest && account < chosen)) {
      chosen = account;
      highest = weight;
    }
  }
  return chosen;
}

/** FNV-1a over both, then mixed (as MurmurHash3 ends): neighbouring numbers must not share their account. */
function hashOf(account: string, key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < account.length; at += 1) hash = step(hash, account.charCodeAt(at));
  hash = step(hash, 0x100);
  for (let at = 0; at < key.length; at += 1) hash = step(hash, key.charCodeAt(at));
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x0100_0193);
}
