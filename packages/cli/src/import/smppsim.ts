/** `smppsim.props` of SMPPSim made into ours: a centre with simulated handsets that takes the same binds. */
import { Findings, type Imported, literal, type Yaml } from './imported.ts';

interface Property {
  readonly text: string;
  readonly line: number;
}

const remedies: Readonly<Record<string, string>> = {
  DELIVERY_MESSAGES_PER_MINUTE: 'handsets write when they are told to: chappe phone NUMBER send TO TEXT',
  DELIVER_MESSAGES_FILE: 'handsets write when they are told to: chappe phone NUMBER send TO TEXT',
  CAPTURE_SME_BINARY: 'PDUs as they pass: GET /api/v1/trace',
  CAPTURE_SMPPSIM_BINARY: 'PDUs as they pass: GET /api/v1/trace',
  CAPTURE_SME_DECODED: 'PDUs as they pass: GET /api/v1/trace',
  CAPTURE_SMPPSIM_DECODED: 'PDUs as they pass: GET /api/v1/trace',
  SMPP_CONNECTION_HANDLERS: 'see smpp.defaults.connections',
  OUTBOUND_QUEUE_MAX_SIZE: 'messages wait on disk, as many as there are',
  INBOUND_QUEUE_MAX_SIZE: 'messages wait on disk, as many as there are',
  DISCARD_FROM_QUEUE_AFTER: 'see lifetime.retention',
  MESSAGE_ID_PREFIX: 'see dlr.messageId of accounts',
  START_MESSAGE_ID_AT: 'see dlr.messageId of accounts',
  PERCENTAGE_ACCEPTED: 'no handset ends a message as accepted',
};

/** Whether a file looks like one. */
export function isSmppsim(file: string): boolean {
  return /^\s*(SMPP_PORT|SYSTEM_IDS|SMPP_CONNECTION_HANDLERS)\s*[=:]/m.test(file);
}

/** Reads it. */
export function importSmppsim(file: string): Imported {
  const findings = new Findings();
  const properties = propertiesOf(file);
  const taken = new Set<string>();
  const take = (key: string): Property | undefined => {
    taken.add(key);
    return properties.get(key);
  };
  const whole = (key: string, most: number): number | undefined => {
    const given = take(key);
    if (given === undefined) return undefined;
    const number = /^\d{1,9}$/.test(given.text) ? Number(given.text) : Number.NaN;
    if (number <= most) return number;
    findings.note(given.line, `${key}: this is no number from 0 to ${most}`);
    return undefined;
  };
  const port = whole('SMPP_PORT', 65_535) ?? 2775;
  const http = whole('HTTP_PORT', 65_535) ?? 88;
  const longest = whole('MAX_TIME_ENROUTE', 86_400_000);
  const outcomes = {
    delivered: whole('PERCENTAGE_DELIVERED', 100),
    undeliverable: whole('PERCENTAGE_UNDELIVERABLE', 100),
    rejected: whole('PERCENTAGE_REJECTED', 100),
  };
  const hasOutcomes = Object.values(outcomes).some((weight) => weight !== undefined && weight > 0);
  const accounts = accountsOf(take('SYSTEM_IDS'), take('PASSWORDS'), findings);
  for (const [key, { line }] of properties) {
    if (taken.has(key)) continue;
    findings.note(line, `${key}: ${remedies[key] ?? 'there is no setting of the same meaning'}`);
  }
  const config: Yaml = {
    data: 'data',
    smpp: { listen: `127.0.0.1:${port}` },
    http: { listen: `127.0.0.1:${http}` },
    handsets: {
      enabled: true,
      delay: longest === undefined ? undefined : `0ms..${longest}ms`,
      outcomes: hasOutcomes ? outcomes : undefined,
    },
    accounts: accounts.length === 0 ? undefined : accounts,
    routes: [{ name: 'all', via: 'handsets' }],
  };
  return { config, secrets: findings.secrets, notes: findings.notes.toSorted((a, b) => a.line - b.line) };
}

/** `key = value`; of two with one key the last counts. */
function propertiesOf(file: string): ReadonlyMap<string, Property> {
  const found = new Map<string, Property>();
  for (const [index, text] of file.split(/\r?\n/).entries()) {
    const [, key, value = ''] = /^\s*([A-Za-z][\w.]*)\s*[=:]\s*(.*?)\s*$/.exec(text) ?? [];
    if (key !== undefined) found.set(key, { text: value, line: index + 1 });
  }
  return found;
}

/** Names and passwords stand in two lists, each at the place of the other. */
function accountsOf(
  ids: Property | undefined,
  passwords: Property | undefined,
  findings: Findings,
): readonly Yaml[] {
  if (ids === undefined) return [];
  const words = passwords?.text.split(',').map((text) => text.trim()) ?? [];
  const seen = new Set<string>();
  const accounts: Yaml[] = [];
  for (const [index, systemId] of ids.text
    .split(',')
    .map((text) => text.trim())
    .entries()) {
    const password = words[index] ?? '';
    if (!/^[!-~]{1,64}$/.test(systemId) || seen.has(systemId) || password === '') {
      findings.note(ids.line, `SYSTEM_IDS: the one at place ${index + 1} has no name or password of its own`);
      continue;
    }
    seen.add(systemId);
    const line = passwords?.line ?? ids.line;
    accounts.push({
      systemId: literal(systemId),
      password: findings.secret('account', systemId, password, line),
    });
  }
  return accounts;
}
