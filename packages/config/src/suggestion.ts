/** "Did you mean": the key that was probably meant. */
import { nearest } from '@chappe/protocol';

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
