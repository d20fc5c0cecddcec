/** A inbox for messages from handsets over a real center, in simulated time. */

import { Center, MemoryStore, type Message, type Store, timelineSteps } from '@chappe/center';
import {
  decode,
  encode,
  type PduInput,
  type ReassemblerOptions,
  type SegmentMethod,
  segmentText,
  statusName,
  type TlvInput,
} from '@chappe/protocol';
import type { MessageFacts } from '../../../policy/src/facts.ts';
import { textsOf } from '../../../policy/src/lists/list-file.ts';
import type { MoAction, MoRouteSettings } from '../../../policy/src/settings/mo-route.ts';
import { ReceivingBinds } from '../../src/lanes/binds.ts';
import { MoHandlers } from '../../src/mo/actions.ts';
import { type MoDeskOptions, MoInbox } from '../../src/mo/inbox.ts';
import { partRules, takeMo } from '../../src/mo/journey.ts';
import { LastSenders } from '../../src/mo/last-senders.ts';
import type { MoOrigin, MoPdu } from '../../src/mo/received.ts';
import { SimulatedClock, settled } from '../rig.ts';

export const origin: MoOrigin = { connector: 'op-a', tags: ['uk'] };

/** A store whose commits can be made to fail, or to wait. */
export class TroubledStore extends MemoryStore {
  isBroken = false;
  /** Commits with a message for that lane fail. */
  brokenLane = '';
  #held: (() => void)[] | undefined;

  hold(): void {
    this.#held = [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }

  override async commit(changes: Parameters<MemoryStore['commit']>[0]): Promise<void> {
    const isHit = changes.some(({ message }) => message.lane === this.brokenLane);
    if (this.isBroken || isHit) throw new Error('disk on fire');
    const held = this.#held;
    if (held !== undefined) await new Promise<void>((go) => held.push(go));
    await super.commit(changes);
  }
}

/** Rules of exact conditions: numbers, connectors, first words. The real ones have tests of their own. */
export function plainRules(rules: readonly MoRouteSettings[]): {
  match(facts: MessageFacts): MoRouteSettings | undefined;
} {
  return {
    match: (facts) =>
      rules.find(
        ({ to, connectors, keywords, tags, segments }) =>
          textsOf(to ?? ['']).some((prefix) => facts.destination.digits.startsWith(prefix)) &&
          (connectors?.includes(facts.connector) ?? true) &&
          (tags?.some((tag) => facts.tags.includes(tag)) ?? true) &&
          (segments?.min === undefined || facts.segments >= segments.min) &&
          (keywords?.includes(facts.text?.split(' ')[0]?.toUpperCase() ?? '') ?? true),
      ),
  };
}

export interface MoRigOptions extends Partial<MoDeskOptions> {
  readonly moRules?: readonly MoRouteSettings[];
  readonly store?: Store;
  readonly clock?: SimulatedClock;
  readonly parts?: ReassemblerOptions;
  readonly contentOctets?: number;
  /** Asked at each call of that method: true and it is never carried out, as if the process had died before. */
  readonly deafTo?: 'submit' | 'cancel';
  readonly deaf?: () => boolean;
}

/** A center, a inbox, and what happened. */
export class MoRig {
  readonly clock: SimulatedClock;
  readonly store: Store;
  readonly center: Center;
  readonly receivingBinds: ReceivingBinds = new ReceivingBinds();
  readonly writers: LastSenders = new LastSenders();
  readonly optOuts: string[] = [];
  readonly replies: string[] = [];
  readonly unclaimed: string[] = [];
  readonly errors: string[] = [];
  readonly inbox: MoInbox;
  /** Fails the next writes of opt-outs. */
  optOutError: Error | undefined;
  #sequence = 0;

  private constructor(options: MoRigOptions) {
    this.clock = options.clock ?? new SimulatedClock();
    this.store = options.store ?? new MemoryStore();
    this.center = new Center({
      store: this.store,
      clock: this.clock,
      random: () => 0.5,
      limits: {
        sweepMs: 600_000,
        ...(options.contentOctets === undefined ? {} : { contentOctets: options.contentOctets }),
      },
      onError: () => undefined,
    });
    const rules = options.moRules ?? [];
    const write = (what: string): Promise<void> => {
      if (this.optOutError !== undefined) return Promise.reject(this.optOutError);
      this.optOuts.push(what);
      return Promise.resolve();
    };
    const { center } = this;
    const isDeaf = (method: 'submit' | 'cancel'): boolean =>
      options.deafTo === method && options.deaf?.() === true;
    this.inbox = new MoInbox({
      center: {
        query: (ref) => center.query(ref),
        move: (id, lane, changes) => center.move(id, lane, changes),
        submit: (drafts, done) => {
          if (!isDeaf('submit')) center.submit(drafts, done);
        },
        cancel: (ref) => (isDeaf('cancel') ? new Promise(() => undefined) : center.cancel(ref)),
        search: (query) => center.search(query),
        waitingIn: (lane, limit, beforeId) => center.waitingIn(lane, limit, beforeId),
      },
      clock: this.clock,
      receivingBinds: this.receivingBinds,
      writers: this.writers,
      optOuts: {
        add: (handset, sender, origin) => write(`+${handset} ${sender} ${origin}`),
        remove: (handset, sender) => write(`-${handset} ${sender}`),
      },
      reply: (from, to, text, account) => {
        this.replies.push(`${from} ${to} ${account} ${text}`);
        return Promise.resolve();
      },
      actions: new MoHandlers(),
      rules: plainRules(rules),
      partRules: plainRules(partRules(rules)),
      validityMs: 72 * 3_600_000,
      tagsOf: () => ['uk'],
      onUnclaimed: ({ connector, destination }) => this.unclaimed.push(`${connector} ${destination.digits}`),
      onError: (error, where) => this.errors.push(`${where}: ${String(error)}`),
      limits: options.parts,
      ...options,
    });
  }

  static async start(options: MoRigOptions = {}): Promise<MoRig> {
    const rig = new MoRig(options);
    await rig.center.start();
    await rig.inbox.start();
    await settled();
    return rig;
  }

  /** Another process over the same store: this one has died without a word. */
  async restart(options: MoRigOptions = {}): Promise<MoRig> {
    this.inbox.stop();
    return MoRig.start({ ...options, store: this.store, clock: this.clock });
  }

  /** Gives a PDU to the inbox and collects what is answered, by name. */
  give(pdu: MoPdu, from: MoOrigin = origin): string[] {
    const answers: string[] = [];
    takeMo(pdu, from, this.inbox, (status) => answers.push(statusName(status) ?? String(status)));
    return answers;
  }

  /** A deliver_sm as it comes off the wire, and its answer when all is quiet. */
  async send(
    fields: Partial<Omit<PduInput<'deliver_sm'>, 'command'>> = {},
    from: MoOrigin = origin,
  ): Promise<string | undefined> {
    this.#sequence += 1;
    const answers = this.give(received({ sequence_number: this.#sequence, ...fields }), from);
    await settled();
    if (answers.length > 1) throw new Error('answered twice');
    return answers[0];
  }

  /** All messages of the store, eldest first. */
  async stored(): Promise<readonly Message[]> {
    const { messages } = await this.center.search({ kinds: ['mo', 'mt'], limit: 1_000 });
    return [...messages].reverse();
  }

  /** Those that wait for somebody. */
  async waiting(): Promise<readonly Message[]> {
    return (await this.stored()).filter(({ state }) => state === 'enroute');
  }

  /** `lane text` of those that wait. */
  async seen(): Promise<string[]> {
    return (await this.waiting()).map(({ lane, text }) => `${lane} ${text}`);
  }
}

/** A deliver_sm from the handset 447700900123 to 60100, decoded from octets. */
export function received(fields: Partial<Omit<PduInput<'deliver_sm'>, 'command'>> = {}): MoPdu {
  const octets = encode({
    command: 'deliver_sm',
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '447700900123',
    dest_addr_ton: 3,
    dest_addr_npi: 1,
    destination_addr: '60100',
    short_message: Buffer.from('Hello'),
    ...fields,
  });
  return pduOf(octets);
}

/** What octets are. */
export function pduOf(octets: Uint8Array): MoPdu {
  const pdu = decode(octets);
  if (pdu.command !== 'deliver_sm' && pdu.command !== 'data_sm') throw new Error(pdu.command);
  return pdu;
}

export type Fields = Partial<Omit<PduInput<'deliver_sm'>, 'command'>>;

/** The segments of a text as deliver_sm. */
export function segments(text: string, reference: number, method: SegmentMethod = 'udh8'): Fields[] {
  const cut = segmentText(text, { reference, method });
  return cut.segments.map(({ short_message, esmClassBits, tlvs }) => ({
    esm_class: esmClassBits,
    data_coding: cut.dataCoding,
    short_message,
    tlvs: tlvs as readonly TlvInput[],
  }));
}

/** An action of STOP or START. */
export function keyword(kind: 'opt-out' | 'opt-in', reply?: string, next?: MoAction): MoAction {
  // biome-ignore lint/suspicious/noThenProperty: the name of the setting, which is never a function
  return { kind, reply, then: next };
}

/** The detail of the first step. */
export function acceptedDetail(message: Message | undefined): string {
  return timelineSteps(message?.timeline ?? '')[0]?.detail ?? '';
}
