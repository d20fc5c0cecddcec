/**
 * The session states of SMPP and who may say what in which of them. Everything that decides whether a PDU is in
 * place lives in this file; it knows neither sequence numbers nor time, and both roles read the same table.
 *
 * Theory. A connection is `open` until the ESME has bound. The ESME binds (SMPP 3.4 2.2, SMPP 5.0 2.3) as
 * transmitter, receiver or transceiver, and the MC's positive answer moves both ends to `bound_tx`, `bound_rx` or
 * `bound_trx`. An MC that connects to a listening ESME sends `outbind` first; that leaves the session `outbound`
 * until the ESME binds on the same connection. `unbind`, from either side, ends in `unbound`, where nothing but
 * late answers, enquire_link and generic_nack passes, and the connection is closed. A refused bind changes nothing:
 * the ESME may try again.
 *
 *     open ──bind──▶ bound_tx | bound_rx | bound_trx ──unbind──▶ unbound ──▶ closed
 *       └─outbind─▶ outbound ──bind──▲
 *
 * The table lists, per PDU that opens an exchange, the role that sends it, the states in which we send it, the
 * further states in which we take it from a peer, and the versions that know it. A response is in place exactly
 * where its request was taken, so responses are matched by sequence number and command, not by state.
 * Where 3.4 and 5.0 disagree we send by the narrower and take by the wider rule:
 * - replace_sm: 3.4 table 2-1 names bound_tx only, its text gives bound_trx everything. Both.
 * - data_sm: 3.4 both peers in all bound states; 5.0 ESME in tx/trx, MC in rx/trx. Send by 5.0, take by 3.4.
 * - enquire_link: 3.4 in bound states only, 5.0 in all. Taken in all.
 * - deliver_sm and alert_notification: to receivers by all documents; some MCs send receipts on the transmitter bind
 *   that submitted. Taken there too: a refused receipt is lost.
 * - 3.3 peers use PDUs of 3.4 (data_sm, bind_transceiver) in practice: taken from them, never sent to them.
 */
import type { CommandName, Version } from '@chappe/protocol';
import { responseTo } from './exchange.ts';

/** Which end of the session we are: the ESME (client) or the MC (message centre). */
export type SessionRole = 'esme' | 'mc';

/** A session state; the names are those of SMPP 5.0 2.3. */
export type SessionState = 'open' | 'outbound' | 'bound_tx' | 'bound_rx' | 'bound_trx' | 'unbound' | 'closed';

/** The kind of a bind. */
export type BindKind = 'transmitter' | 'receiver' | 'transceiver';

/** A PDU that opens an exchange or stands alone: everything but responses and generic_nack. */
export type OpeningCommand = Exclude<CommandName, `${string}_resp` | 'generic_nack'>;

/** What to do with a received PDU: 0 take it, a command_status to answer with, or drop it since nothing answers it. */
export type Verdict = number | 'drop';

/** One row of the table. */
export interface CommandRule {
  /** The role that sends it. */
  readonly from: SessionRole | 'both';
  /** The states in which we send it, and in which a peer always may. */
  readonly send: readonly SessionState[];
  /** Further states in which we take it. */
  readonly alsoTake?: readonly SessionState[];
  /** The versions in which it is sent. */
  readonly versions: readonly Version[];
  /** The versions whose peers it is taken from although they do not know it. */
  readonly alsoFrom?: readonly Version[];
  /** The state after a positive answer (or at once, where nothing answers). */
  readonly next?: SessionState;
}

const tx = ['bound_tx', 'bound_trx'] as const;
const rx = ['bound_rx', 'bound_trx'] as const;
const bound = ['bound_tx', 'bound_rx', 'bound_trx'] as const;
const beforeBind = ['open', 'outbound'] as const;
const all = [0x33, 0x34, 0x50] as const;
const since34 = [0x34, 0x50] as const;

/** The table. */
export const commandRules: { readonly [C in OpeningCommand]: CommandRule } = {
  bind_receiver: { from: 'esme', send: beforeBind, versions: all, next: 'bound_rx' },
  bind_transmitter: { from: 'esme', send: beforeBind, versions: all, next: 'bound_tx' },
  bind_transceiver: {
    from: 'esme',
    send: beforeBind,
    versions: since34,
    alsoFrom: [0x33],
    next: 'bound_trx',
  },
  outbind: { from: 'mc', send: ['open'], versions: since34, alsoFrom: [0x33], next: 'outbound' },
  // Two unbinds may cross: the second end is unbound already when it reads the first's.
  unbind: { from: 'both', send: bound, alsoTake: ['unbound'], versions: all, next: 'unbound' },
  enquire_link: { from: 'both', send: bound, alsoTake: ['open', 'outbound', 'unbound'], versions: all },

  submit_sm: { from: 'esme', send: tx, versions: all },
  submit_multi: { from: 'esme', send: tx, versions: all },
  query_sm: { from: 'esme', send: tx, versions: all },
  cancel_sm: { from: 'esme', send: tx, versions: all },
  replace_sm: { from: 'esme', send: tx, versions: all },
  deliver_sm: { from: 'mc', send: rx, alsoTake: ['bound_tx'], versions: all },
  data_sm: { from: 'both', send: bound, versions: since34, alsoFrom: [0x33] },
  alert_notification: {
    from: 'mc',
    send: rx,
    alsoTake: ['bound_tx'],
    versions: since34,
    alsoFrom: [0x33],
  },

  broadcast_sm: { from: 'esme', send: tx, versions: [0x50] },
  query_broadcast_sm: { from: 'esme', send: tx, versions: [0x50] },
  cancel_broadcast_sm: { from: 'esme', send: tx, versions: [0x50] },

  // 3.3 only: their numbers are reserved since 3.4.
  param_retrieve: { from: 'esme', send: ['bound_tx'], alsoTake: ['bound_trx'], versions: [0x33] },
  query_last_msgs: { from: 'esme', send: ['bound_tx'], alsoTake: ['bound_trx'], versions: [0x33] },
  query_msg_details: { from: 'esme', send: ['bound_tx'], alsoTake: ['bound_trx'], versions: [0x33] },
};

/** All states, in the order in which a session may go through them. */
export const sessionStates: readonly SessionState[] = [
  'open',
  'outbound',
  'bound_tx',
  'bound_rx',
  'bound_trx',
  'unbound',
  'closed',
];

// SMPP 3.4 5.1.3
const ESME_RINVCMDID = 0x03;
const ESME_RINVBNDSTS = 0x04;
const ESME_RALYBND = 0x05;

/** The other end. */
export function peerOf(role: SessionRole): SessionRole {
  return role === 'esme' ? 'mc' : 'esme';
}

/** Whether a session in this state is bound. */
export function isBound(state: SessionState): boolean {
  return state === 'bound_tx' || state === 'bound_rx' || state === 'bound_trx';
}

/** What a session in this state is bound as. */
export function kindOf(state: SessionState | undefined): BindKind | undefined {
  if (state === 'bound_tx') return 'transmitter';
  if (state === 'bound_rx') return 'receiver';
  return state === 'bound_trx' ? 'transceiver' : undefined;
}

function isFrom(rule: CommandRule, sender: SessionRole): boolean {
  return rule.from === 'both' || rule.from === sender;
}

/** data_sm by 5.0: an ESME sends it where it transmits, an MC where the ESME receives. */
function sendStates(role: SessionRole, command: OpeningCommand): readonly SessionState[] {
  if (command === 'data_sm') return role === 'esme' ? tx : rx;
  return commandRules[command].send;
}

/** What `role` does with a command that its peer sent in this state. */
export function verdictOn(
  role: SessionRole,
  version: Version,
  state: SessionState,
  command: OpeningCommand,
): Verdict {
  const rule = commandRules[command];
  const answered = command !== 'outbind' && command !== 'alert_notification';
  const refuse = (status: number): Verdict => (answered ? status : 'drop');
  if (state === 'closed') return 'drop';
  if (!isFrom(rule, peerOf(role))) return refuse(ESME_RINVBNDSTS);
  if (!rule.send.includes(state) && !rule.alsoTake?.includes(state)) {
    return refuse(rule.next?.startsWith('bound') && isBound(state) ? ESME_RALYBND : ESME_RINVBNDSTS);
  }
  // Before the bind no version is agreed, so nothing can be foreign to it.
  const known = !isBound(state) || rule.versions.includes(version) || rule.alsoFrom?.includes(version);
  return known ? 0 : refuse(ESME_RINVCMDID);
}

/** Whether `role` may send a command in this state of a session of this version. */
export function maySend(
  role: SessionRole,
  version: Version,
  state: SessionState,
  command: OpeningCommand,
): boolean {
  const rule = commandRules[command];
  // SMPP 5.0 table 2-1 lets both ends send enquire_link in every state.
  if (command === 'enquire_link' && version === 0x50) return state !== 'closed';
  return isFrom(rule, role) && sendStates(role, command).includes(state) && rule.versions.includes(version);
}

/** The table, read for one role, version and state: the hot path looks a command up by its name. */
export interface Permissions {
  readonly take: { readonly [command: string]: Verdict | undefined };
  readonly send: { readonly [command: string]: SendRule | undefined };
}

/** What is to be known of a command that is being sent. */
export interface SendRule {
  readonly isAllowed: boolean;
  /** The command that answers it; undefined where nothing does. */
  readonly response: string | undefined;
  /** Session control takes no slot: a full window must not keep a session from being kept alive or ended. */
  readonly takesSlot: boolean;
}

/** Whether a command is session control: binds, unbind and enquire_link. */
export function isControl(command: string): boolean {
  return command === 'enquire_link' || command === 'unbind' || command.startsWith('bind_');
}

/** The rule of a vendor's command, which no table knows: it may be sent while bound. */
export function vendorRule(command: string, state: SessionState): SendRule {
  return { isAllowed: isBound(state), response: responseTo(command), takesSlot: true };
}

// Derived from the constant table above; at most 2 roles x 3 versions x 7 states.
const cache = new Map<string, Permissions>();

/** What may be taken and sent in this state. Commands of vendors are in neither table. */
export function permissionsFor(role: SessionRole, version: Version, state: SessionState): Permissions {
  const key = `${role} ${version} ${state}`;
  let permissions = cache.get(key);
  if (permissions === undefined) {
    const names = Object.keys(commandRules) as OpeningCommand[];
    permissions = {
      take: Object.fromEntries(names.map((name) => [name, verdictOn(role, version, state, name)])),
      send: Object.fromEntries(
        names.map((name) => {
          const isAllowed = maySend(role, version, state, name);
          return [name, { isAllowed, response: responseTo(name), takesSlot: !isControl(name) }];
        }),
      ),
    };
    cache.set(key, permissions);
  }
  return permissions;
}
