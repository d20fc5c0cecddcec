/** What a connector's settings come to for its submissions: checked once, read by every message. */

import type { Address } from '@chappe/center';
import type { ConnectorSettings } from '@chappe/policy';
import {
  checkNumberPlan,
  compileSenderRules,
  normaliseNumber,
  replaceSender,
  rewriteAddress,
} from '@chappe/policy';
import type { SegmentMethod } from '@chappe/protocol';
import { type Version, versionByName } from '@chappe/protocol';
import type { Alphabet } from '../../message/alphabet.ts';
import type { Unfit } from '../../message/unfit.ts';
import { esmClasses, validityWriter } from './fields.ts';
import { type TlvFilter, tlvFilter } from './tlvs.ts';

/** The settings of a connector, ready for use. */
export interface UpstreamDialect {
  readonly version: Version;
  readonly alphabet: Alphabet;
  readonly method: SegmentMethod;
  readonly command: ConnectorSettings['command'];
  readonly serviceType: string | undefined;
  /** esm_class there by esm_class here. */
  readonly esmClasses: Uint8Array;
  readonly alwaysReceipt: boolean;
  readonly sendValidity: boolean;
  /** The longest that is told; Infinity: what the message has left. */
  readonly longestValidityMs: number;
  readonly validity: (seconds: number, nowMs: number) => string;
  /** Undefined: the customer's. */
  readonly priorityFlag: number | undefined;
  readonly protocolId: number | undefined;
  /** Undefined: addresses go as they are. */
  readonly sourceOf: ((address: Address) => Address | Unfit) | undefined;
  readonly destinationOf: ((address: Address) => Address) | undefined;
  readonly filter: TlvFilter;
}

// SMPP 3.4 5.2.11: six octets with the NUL.
const maxServiceType = 5;
const maxOctet = 0xff;
// SMPP 3.4 5.2.14, SMPP 5.0 4.7.16; 3.3 knows 0 and 1 only.
const maxPriority = { 51: 1, 52: 3, 80: 4 } as const;
const leastValidityMs = 1_000;

/** The dialect of a connector. Throws RangeError for settings that contradict each other, naming field and remedy. */
export function dialectOf(settings: ConnectorSettings): UpstreamDialect {
  const version = versionByName[settings.version ?? '3.4'];
  check(settings, version);
  return {
    version,
    alphabet: settings.defaultAlphabet ?? 'gsm7',
    method: settings.longMessages ?? 'udh8',
    command: settings.command,
    serviceType: settings.serviceType,
    esmClasses: esmClasses(version),
    alwaysReceipt: settings.alwaysReceipt ?? true,
    sendValidity: settings.sendValidity ?? true,
    longestValidityMs: settings.validityMs ?? Number.POSITIVE_INFINITY,
    validity: validityWriter(),
    priorityFlag: settings.priorityFlag,
    protocolId: settings.protocolId,
    sourceOf: sourceRewriting(settings),
    destinationOf: destinationRewriting(settings),
    filter: tlvFilter(settings, version),
  };
}

function sourceRewriting({ name, source, senderRules = [] }: ConnectorSettings): UpstreamDialect['sourceOf'] {
  if (senderRules.length === 0) {
    return source === undefined ? undefined : (address) => rewriteAddress(address, source);
  }
  const rules = compileSenderRules(senderRules, `connector "${name}": senderRules`);
  return (address) => {
    const chosen = replaceSender(rules, address);
    if (chosen === undefined) return { reason: `the sender ${printable(address.digits)} is refused there` };
    return source === undefined ? chosen : rewriteAddress(chosen, source);
  };
}

function destinationRewriting({
  name,
  destination,
  numbers,
}: ConnectorSettings): UpstreamDialect['destinationOf'] {
  if (numbers !== undefined) checkNumberPlan(numbers, `connector "${name}": numbers`);
  if (destination === undefined) {
    return numbers === undefined ? undefined : (address) => normaliseNumber(address, numbers);
  }
  return (address) => rewriteAddress(normaliseNumber(address, numbers), destination);
}

function check(settings: ConnectorSettings, version: Version): void {
  const { longMessages, command, serviceType } = settings;
  const where = `connector "${settings.name}"`;
  if (version === 0x33 && (longMessages === 'sar' || longMessages === 'payload')) {
    throw new RangeError(`${where}: longMessages: 3.3 has no TLVs; use udh8 or udh16, or set version to 3.4`);
  }
  if (version === 0x33 && settings.bind === 'transceiver') {
    const remedy = 'use transmitter+receiver, or set version to 3.4';
    throw new RangeError(`${where}: bind: 3.3 has no transceivers; ${remedy}`);
  }
  if (version === 0x33 && command === 'data_sm') {
    throw new RangeError(`${where}: command: 3.3 has no data_sm; leave it out, or set version to 3.4`);
  }
  if (
    serviceType !== undefined &&
    (serviceType.length > maxServiceType || printable(serviceType) !== serviceType)
  ) {
    throw new RangeError(`${where}: serviceType: at most ${maxServiceType} printable ASCII characters go`);
  }
  checkNumbers(settings, version, where);
  if (settings.hosts !== undefined && (settings.receiveHost ?? settings.receivePort) !== undefined)
    throw new RangeError(`${where}: hosts: receivers go to each of them; leave receive out`);
  for (const side of ['source', 'destination'] as const) {
    const { kinds = {}, ...all } = settings[side] ?? {};
    checkTypes(all, `${where}: ${side}`);
    for (const [kind, type] of Object.entries(kinds))
      checkTypes(type ?? {}, `${where}: ${side}.kinds.${kind}`);
  }
}

function checkTypes(
  types: { readonly ton?: number | 'auto' | undefined; readonly npi?: number | 'auto' | undefined },
  where: string,
): void {
  for (const field of ['ton', 'npi'] as const) {
    const value = types[field];
    if (value === undefined || value === 'auto') continue;
    if (Number.isInteger(value) && value >= 0 && value <= maxOctet) continue;
    throw new RangeError(`${where}.${field}: ${value} is not within 0 to ${maxOctet}; see SMPP 3.4 5.2.5`);
  }
}

function checkNumbers(settings: ConnectorSettings, version: Version, where: string): void {
  const { priorityFlag, protocolId, validityMs, sendValidity } = settings;
  const most = maxPriority[version];
  if (
    priorityFlag !== undefined &&
    !(Number.isInteger(priorityFlag) && priorityFlag >= 0 && priorityFlag <= most)
  )
    throw new RangeError(`${where}: priorityFlag: ${priorityFlag} is not within 0 to ${most}`);
  if (
    protocolId !== undefined &&
    !(Number.isInteger(protocolId) && protocolId >= 0 && protocolId <= maxOctet)
  )
    throw new RangeError(`${where}: protocolId: ${protocolId} is not within 0 to ${maxOctet}`);
  if (validityMs !== undefined && !(validityMs >= leastValidityMs))
    throw new RangeError(`${where}: validity: give one second or more`);
  if (validityMs !== undefined && sendValidity === false)
    throw new RangeError(`${where}: validity: it is not told with sendValidity false; keep one of the two`);
}

/** Peer text for a line of a timeline: one line, no control characters. */
function printable(text: string): string {
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    shown += code >= 0x20 && code < 0x7f ? text[at] : '?';
  }
  return shown;
}
