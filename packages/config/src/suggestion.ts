/** "Did you mean": the word that was probably meant. */

/** Letters to add, drop, change or swap from one word to the other. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change, swap));
    }
    before = row;
    row = next;
  }
  return row[to.length]!;
}

// Names farther apart are different words.
const maxSlips = 2;
// The work grows with the square of the length; no name of ours is longer.
const maxLetters = 64;

/** The nearest of the words, if one is near; capitals do not count. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > maxLetters) return undefined;
  let best: string | undefined;
  let fewest = maxSlips + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) > maxSlips) continue;
    const slips = distance(word.toLowerCase(), candidate.toLowerCase());
    // Of a short word, two other letters make another word.
    if (slips < fewest && slips < candidate.length) {
      best = candidate;
      fewest = slips;
    }
  }
  return best;
}

/** Words of other products and habits, and what they are called here. Looked up in small letters. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  username: ['systemId'],
  user: ['systemId'],
  system_id: ['systemId'],
  uid: ['systemId'],
  pass: ['password'],
  secret: ['password'],
  tps: ['throughput'],
  rate: ['throughput'],
  persecond: ['throughput'],
  max_binds: ['binds'],
  maxbinds: ['binds'],
  sessions: ['binds'],
  ip: ['allowFrom'],
  ips: ['allowFrom'],
  whitelist: ['allowFrom'],
  allowlist: ['allowFrom'],
  charset: ['defaultAlphabet'],
  defaultalphabet: ['charset'],
  coding: ['codings', 'charset'],
  receipts: ['dlr'],
  receipt: ['dlr'],
  senders: ['senderIds'],
  sender: ['from', 'senderIds'],
  source: ['from'],
  destination: ['to', 'destinations'],
  prefix: ['to'],
  prefixes: ['to'],
  connector: ['via'],
  connectors: ['via'],
  smsc: ['via'],
  action: ['do'],
  ids: ['idIn'],
  systemtype: ['systemType'],
  max_window: ['window'],
  windowsize: ['window'],
  window_size: ['window'],
  enquire_link: ['enquireLink'],
  requires: ['required'],
  queuefull: ['full'],
  connect: ['unreachable'],
  port: ['listen'],
  trust: ['trustProxy'],
  proxy: ['trustProxy'],
  time_zone: ['timezone'],
  offset: ['timezone'],
  webhook: ['webhooks'],
  loglevel: ['log'],
};

/** The key that was probably meant: by its letters, else by what others call it. */
export function meantKey(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known);
  if (near !== undefined) return near;
  const name = word.toLowerCase();
  const meant = Object.hasOwn(synonyms, name) ? synonyms[name] : undefined;
  return meant?.find((candidate) => known.includes(candidate));
}
