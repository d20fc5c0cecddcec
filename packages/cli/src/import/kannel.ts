/** Kannel's configuration made into ours: bearerbox, smsbox, the operators and those who send by HTTP. */
import { Findings, type Imported, literal, type Yaml } from './imported.ts';
import { type KannelGroup, readGroups } from './kannel-groups.ts';
import { connectorOf, prefixesOf } from './kannel-smsc.ts';

const defaultPort = 13_013;

/** Whether a file looks like one. */
export function isKannel(file: string): boolean {
  return /^\s*group\s*=/m.test(file);
}

/** What has no counterpart, by group and key, and what to do instead. */
const remedies: Readonly<Record<string, string>> = {
  'core admin-password': 'the API has keys of its own: put one of 16 characters and more into http.adminKey',
  'core admin-port':
    'what Kannel has there is in the API at http.listen: /livez, /metrics, /api/v1/connectors',
  'core dlr-storage': 'receipts are stored with the messages, in the folder of data',
  'core store-location': 'messages are stored in the folder of data',
  'core store-file': 'messages are stored in the folder of data',
  'core store-type': 'messages are stored in the folder of data',
  'core log-file': 'the log goes to standard error; whoever starts it keeps it',
  'core log-level': 'see log.level',
  'core access-log': 'every message has its own history: chappe messages',
  'core unified-prefix': 'see numbers of accounts and connectors',
  'core sms-resend-freq': 'see retry of connectors',
  'core sms-resend-retry': 'see retry of connectors',
  'smsbox global-sender': 'each request names its sender',
  'smsbox log-file': 'the log goes to standard error; whoever starts it keeps it',
  'smsbox access-log': 'every message has its own history: chappe messages',
  'smsbox sendsms-chars': 'see filters of routes and accounts',
  'sendsms-user default-sender': 'each request names its sender',
  'sendsms-user dlr-url': 'each request names its own dlr-url, or the account has a webhook',
  'sendsms-user white-list': 'see filters.allowTo of routes',
  'sendsms-user black-list': 'see filters.blockTo of routes',
};

const insteadOfServices =
  'what handsets write goes to the account whose ownNumbers it was sent to, by its binds or by a webhook: see mo';

/** Reads it. */
export function importKannel(file: string): Imported {
  const findings = new Findings();
  const { groups, unread } = readGroups(file);
  for (const { text, line } of unread) findings.note(line, unreadText(text));
  const connectors: Connector[] = [];
  const accounts: Account[] = [];
  let port = defaultPort;
  for (const group of groups) {
    switch (group.name) {
      case 'core':
        // They join the boxes, which are one program here.
        for (const key of ['smsbox-port', 'wapbox-port', 'box-allow-ip', 'box-deny-ip', 'wdp-interface-name'])
          group.take(key);
        break;
      case 'smsbox':
        group.take('bearerbox-host');
        port = portOf(group, findings) ?? port;
        break;
      case 'smsc': {
        const made = connectorOf(group, findings);
        if (made === undefined) continue;
        connectors.push(made);
        break;
      }
      case 'sendsms-user': {
        const made = accountOf(group, findings);
        if (made === undefined) continue;
        accounts.push(made);
        break;
      }
      case 'sms-service':
        findings.note(group.line, `group sms-service: ${insteadOfServices}`);
        continue;
      default:
        findings.note(group.line, `group ${group.name}: Chappe has nothing of the kind`);
        continue;
    }
    for (const [key, { line }] of group.rest()) {
      const remedy = remedies[`${group.name} ${key}`] ?? 'there is no setting of the same meaning';
      findings.note(line, `${group.name}, ${key}: ${remedy}`);
    }
  }
  const notes = findings.notes.toSorted((a, b) => a.line - b.line);
  const routes = routesOf(connectors, accounts, (line, text) => notes.push({ line, text }));
  const config: Yaml = {
    data: 'data',
    http: { listen: `127.0.0.1:${port}`, doors: ['kannel'] },
    accounts: accounts.length === 0 ? undefined : accounts.map(({ settings }) => settings),
    connectors: connectors.length === 0 ? undefined : connectors.map(({ settings }) => settings),
    routes: routes.length === 0 ? undefined : routes,
  };
  return { config, secrets: findings.secrets, notes: notes.toSorted((a, b) => a.line - b.line) };
}

type Connector = NonNullable<ReturnType<typeof connectorOf>>;

interface Account {
  readonly systemId: string;
  readonly settings: Yaml;
  /** The operator that all of its messages go to, as Kannel names it. */
  readonly smsc: { readonly text: string; readonly line: number } | undefined;
}

function unreadText(key: string): string {
  if (key === 'include') return 'include: not followed; put what stands there into one file';
  return key === '' ? 'this is no "key = value"' : `${key}: stands in no group`;
}

function portOf(group: KannelGroup, findings: Findings): number | undefined {
  const given = group.take('sendsms-port');
  if (given === undefined) return undefined;
  const port = Number(given.text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    findings.note(given.line, 'smsbox, sendsms-port: this is no port');
    return undefined;
  }
  findings.note(
    given.line,
    `smsbox, sendsms-port: carried over for this machine only; others come by http.listen: 0.0.0.0:${port}, best with http.tls`,
  );
  return port;
}

function accountOf(group: KannelGroup, findings: Findings): Account | undefined {
  const { text: username = '' } = group.take('username') ?? {};
  const password = group.take('password');
  group.take('name');
  if (!/^[!-~]{1,64}$/.test(username) || password === undefined) {
    findings.note(group.line, 'group sendsms-user: needs a username without blanks, and a password');
    return undefined;
  }
  if (findings.nameFor('account', username) !== username && /^[\w.-]+$/.test(username)) {
    findings.note(
      group.line,
      `group sendsms-user: there is another of the name ${username}; this one is left out`,
    );
    return undefined;
  }
  const forced = group.text('forced-sender') ?? group.text('faked-sender');
  const settings: Yaml = {
    systemId: literal(username),
    password: findings.secret('account', username, password.text, password.line),
    allowFrom: networksOf(group, findings),
    destinations: prefixesOf(group, 'allowed-prefix', findings),
    senderRules: forced === undefined ? undefined : [{ from: '*', replaceBy: literal(forced) }],
  };
  return { systemId: username, settings, smsc: group.take('forced-smsc') ?? group.take('default-smsc') };
}

/** Addresses with stars for whole octets at their end, as networks. */
function networksOf(group: KannelGroup, findings: Findings): readonly string[] | undefined {
  const allowed = group.take('user-allow-ip');
  const denied = group.take('user-deny-ip');
  // What is not allowed is denied here as soon as anything is allowed, as by these two together.
  if (denied !== undefined && (denied.text !== '*.*.*.*' || allowed === undefined))
    findings.note(denied.line, 'sendsms-user, user-deny-ip: name who may come, by allowFrom of accounts');
  if (allowed === undefined) return undefined;
  const found: string[] = [];
  for (const text of allowed.text.split(';').filter((one) => one.trim() !== '')) {
    const parts = text.trim().split('.');
    const fixed = parts.filter((part) => part !== '*').length;
    const isNetwork =
      parts.length === 4 && parts.every((part, at) => (at < fixed ? isOctet(part) : part === '*'));
    if (!isNetwork)
      findings.note(allowed.line, `sendsms-user, user-allow-ip: ${text} is neither an address nor a network`);
    else found.push(`${parts.map((part) => (part === '*' ? '0' : part)).join('.')}/${fixed * 8}`);
  }
  // It names who may come: when nothing of it is understood, that must not become everybody.
  return found.length === 0 ? ['127.0.0.1/32'] : found;
}

function isOctet(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= 255;
}

/** Forced operators first, then preferred ones, then all in turn: each refuses by its own filters. */
function routesOf(
  connectors: readonly Connector[],
  accounts: readonly Account[],
  note: (line: number, text: string) => void,
): readonly Yaml[] {
  const shareOf = (some: readonly Connector[]): Yaml =>
    some.length === 1 ? some[0]!.name : { share: Object.fromEntries(some.map(({ name }) => [name, 1])) };
  const sending = connectors.filter((one) => one.isSending);
  const findings = new Findings();
  const routes: Yaml[] = [];
  for (const { systemId, smsc } of accounts) {
    if (smsc === undefined) continue;
    const named = sending.filter(({ id }) => id === smsc.text);
    if (named.length === 0)
      note(smsc.line, `sendsms-user, forced or default smsc: ${smsc.text} is not carried over`);
    else
      routes.push({
        name: findings.nameFor('route', `account-${systemId}`),
        account: literal(systemId),
        via: shareOf(named),
      });
  }
  for (const one of sending) {
    if (one.preferred === undefined) continue;
    const others = sending.filter((other) => other !== one);
    const via = others.length === 0 ? one.name : { prefer: [one.name, shareOf(others)] };
    routes.push({ name: findings.nameFor('route', `prefer-${one.name}`), to: one.preferred, via });
  }
  if (sending.length > 0) routes.push({ name: findings.nameFor('route', 'all'), via: shareOf(sending) });
  return routes;
}
