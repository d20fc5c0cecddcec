/** A group `smsc` of Kannel as one of our connectors. Defaults are Kannel's own wherever they differ from ours. */
import { type Findings, literal, type Yaml } from './imported.ts';
import type { KannelGroup } from './kannel-groups.ts';

/** What it becomes. */
export interface KannelConnector {
  /** Our name for it. */
  readonly name: string;
  /** `smsc-id`. */
  readonly id: string;
  readonly settings: Yaml;
  readonly isSending: boolean;
  /** Prefixes that it is asked for first. */
  readonly preferred: readonly string[] | undefined;
}

const versions: Readonly<Record<string, string>> = { '33': '3.3', '34': '3.4', '50': '5.0' };
const charsets: Readonly<Record<string, string>> = {
  ascii: 'ascii',
  gsm: 'gsm7',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
};
/** `msg-id-type`: bit 0 responses, bit 1 receipts; set is hexadecimal. */
const idForms = ['same', 'hex-dec', 'dec-hex', 'same'];

const remedies: Readonly<Record<string, string>> = {
  'allowed-smsc-id': 'routes decide by account, sender, prefix or tag, not by the variable smsc',
  'denied-smsc-id': 'routes decide by account, sender, prefix or tag, not by the variable smsc',
  'preferred-smsc-id': 'routes decide by account, sender, prefix or tag, not by the variable smsc',
  'ssl-client-certkey-file': 'see tls.cert and tls.key of connectors',
  'esm-class': 'each message has the one that it needs',
  'log-file': 'the log goes to standard error; whoever starts it keeps it',
  'log-level': 'see log.level',
  'connection-timeout': 'see connectTimeout and enquireLink of connectors',
  'my-number': 'see ownNumbers of accounts',
  'unified-prefix': 'see numbers of connectors',
};

/** The connector; undefined, and noted, when it is none of SMPP. */
export function connectorOf(group: KannelGroup, findings: Findings): KannelConnector | undefined {
  const kind = group.text('smsc') ?? '';
  if (kind !== 'smpp') {
    findings.note(group.line, `group smsc, ${kind === '' ? 'of no kind' : kind}: connectors speak SMPP only`);
    return undefined;
  }
  const host = group.text('host');
  const user = group.text('smsc-username');
  if (host === undefined || user === undefined) {
    findings.note(group.line, 'group smsc: needs host and smsc-username');
    return undefined;
  }
  const id = group.text('smsc-id') ?? host;
  const name = findings.nameFor('connector', id);
  const password = group.take('smsc-password');
  const { bind, port, receive, isSending } = bindOf(group, findings);
  const settings: Yaml = {
    name,
    group: name === id || !/^[\w.-]+$/.test(id) ? undefined : id,
    host: literal(host),
    port,
    tls: group.flag('use-ssl', false) ? true : undefined,
    systemId: literal(user),
    password:
      password === undefined ? undefined : findings.secret('connector', name, password.text, password.line),
    systemType: literal(group.text('system-type') ?? 'VMA'),
    version: chosen(group, 'interface-version', versions, findings),
    bind,
    receive,
    binds: whole(group, 'instances', findings),
    addressRange: maybeLiteral(group.text('address-range')),
    paused: group.flag('dead-start', false) ? true : undefined,
    window: whole(group, 'max-pending-submits', findings),
    throughput: throughputOf(group, findings),
    enquireLink: time(group, 'enquire-link-interval', 's', findings),
    responseTimeout: time(group, 'wait-ack', 's', findings),
    unknown: Number(group.text('wait-ack-expire') ?? 0) === 1 ? 'resend' : undefined,
    reconnect: reconnectOf(group, findings),
    source: addressOf(group, 'source-addr', group.flag('source-addr-autodetect', true), findings),
    destination: addressOf(group, 'dest-addr', false, findings),
    serviceType: maybeLiteral(group.text('service-type')),
    charset: chosen(group, 'alt-charset', charsets, findings),
    validity: time(group, 'validityperiod', 'm', findings),
    priorityFlag: whole(group, 'priority', findings),
    dlr: idsOf(group, findings),
    filters: filtersOf(group, findings),
  };
  const preferred = prefixesOf(group, 'preferred-prefix', findings);
  for (const [key, { line }] of group.rest())
    findings.note(line, `smsc ${id}, ${key}: ${remedies[key] ?? 'there is no setting of the same meaning'}`);
  // All of them are told of.
  for (const [key] of group.rest()) group.take(key);
  return { name, id, settings, isSending, preferred };
}

/** By which ports, and thus by which binds. */
function bindOf(group: KannelGroup, findings: Findings) {
  const port = whole(group, 'port', findings);
  const receivePort = whole(group, 'receive-port', findings);
  if (group.flag('transceiver-mode', false))
    return { port: port ?? receivePort, bind: undefined, receive: undefined, isSending: true };
  if (port === undefined && receivePort !== undefined)
    return { port: receivePort, bind: 'receiver', receive: undefined, isSending: false };
  if (receivePort === undefined) {
    findings.note(
      group.line,
      'smsc, transceiver-mode: not set, so it sends only, and no receipts come by it',
    );
    return { port, bind: 'transmitter', receive: undefined, isSending: true };
  }
  const receive = receivePort === port ? undefined : { port: receivePort };
  return { port, bind: 'transmitter+receiver', receive, isSending: true };
}

function maybeLiteral(text: string | undefined): string | undefined {
  return text === undefined ? undefined : literal(text);
}

function whole(group: KannelGroup, key: string, findings: Findings): number | undefined {
  const given = group.take(key);
  if (given === undefined) return undefined;
  const number = /^(\d{1,9}|0x[\da-f]{1,7})$/i.test(given.text) ? Number(given.text) : undefined;
  if (number === undefined) findings.note(given.line, `smsc, ${key}: this is no number`);
  return number;
}

function time(group: KannelGroup, key: string, unit: 's' | 'm', findings: Findings): string | undefined {
  const number = whole(group, key, findings);
  return number === undefined ? undefined : `${number}${unit}`;
}

function chosen(
  group: KannelGroup,
  key: string,
  table: Readonly<Record<string, string>>,
  findings: Findings,
): string | undefined {
  const given = group.take(key);
  if (given === undefined) return undefined;
  const word = given.text.toLowerCase();
  const found = Object.hasOwn(table, word) ? table[word] : undefined;
  if (found === undefined)
    findings.note(given.line, `smsc, ${key}: not known here; known are ${Object.keys(table).join(', ')}`);
  return found;
}

function throughputOf(group: KannelGroup, findings: Findings): string | undefined {
  const given = group.take('throughput');
  if (given === undefined) return undefined;
  const rate = Number(given.text);
  if (rate >= 1) return `${Math.floor(rate)}/s`;
  if (rate * 60 >= 1) return `${Math.floor(rate * 60)}/m`;
  findings.note(given.line, 'smsc, throughput: this is no number of messages a second');
  return undefined;
}

function reconnectOf(group: KannelGroup, findings: Findings): Yaml | undefined {
  const least = whole(group, 'reconnect-delay', findings);
  return least === undefined || least === 0
    ? undefined
    : { min: `${least}s`, max: `${Math.max(least, 60)}s` };
}

/** TON and NPI: 2 and 1 unless given; a plus makes a number international, and names are told by their characters. */
function addressOf(
  group: KannelGroup,
  end: 'source-addr' | 'dest-addr',
  isGuessed: boolean,
  findings: Findings,
): Yaml {
  const ton = whole(group, `${end}-ton`, findings) ?? 2;
  const npi = whole(group, `${end}-npi`, findings) ?? 1;
  const international = { ton: 1, npi: 1 };
  if (end === 'dest-addr') return { ton, npi, kinds: { international } };
  return isGuessed ? { ton, npi, kinds: { name: { ton: 5, npi: 0 }, international } } : { ton, npi };
}

function idsOf(group: KannelGroup, findings: Findings): Yaml | undefined {
  const type = whole(group, 'msg-id-type', findings);
  const idIn = type === undefined ? undefined : idForms[type];
  return idIn === undefined ? undefined : { idIn };
}

/** Prefixes parted by semicolons; those that are no digits are noted. */
export function prefixesOf(
  group: KannelGroup,
  key: string,
  findings: Findings,
): readonly string[] | undefined {
  const given = group.take(key);
  if (given === undefined) return undefined;
  const all = given.text.split(';').map((text) => text.trim().replace(/^\+/, ''));
  const found = all.filter((text) => /^\d{1,20}$/.test(text));
  const other = all.filter((text) => text !== '' && !found.includes(text));
  if (other.length > 0)
    findings.note(given.line, `${group.name}, ${key}: no digits, left out: ${other.join(', ')}`);
  return found.length === 0 ? undefined : [...new Set(found)];
}

function filtersOf(group: KannelGroup, findings: Findings): Yaml | undefined {
  const allowedAt = group.take('allowed-prefix')?.line;
  const allowed = prefixesOf(group, 'allowed-prefix', findings);
  const denied = prefixesOf(group, 'denied-prefix', findings);
  const starred = (prefixes: readonly string[]) => prefixes.map((prefix) => `${prefix}*`);
  if (denied === undefined) return allowed === undefined ? undefined : { allowTo: starred(allowed) };
  // Kannel then reads the allowed ones as exceptions from the denied ones.
  if (allowedAt !== undefined)
    findings.note(
      allowedAt,
      'smsc, allowed-prefix: exceptions from denied-prefix are not known here: write a route for them',
    );
  return { blockTo: starred(denied) };
}
