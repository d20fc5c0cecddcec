/**
 * What is done about a message for what it says and whom it concerns, before it is stored or before it is
 * sent.
 */
import { status } from '@chappe/protocol';
import type { MessageFacts } from '../facts.ts';
import type { Repeatable } from './duplicates.ts';
import { type FilterLayer, type FilterVerdict, passed } from './filter-layer.ts';
import type { OptOuts } from './opt-outs.ts';

// Permanent, and about the destination: customers' systems take such a number off their list.
const optedOut: FilterVerdict = Object.freeze({
  kind: 'reject',
  status: status.ESME_RINVDSTADR,
  reason: 'opted-out',
});

/**
 * Layers of rules, asked in their order: for all, then of the route, then of the connector. Layers may be
 * shared by many Filters and keep what they remember and count; the object itself is a view of them.
 */
export class Filters {
  /** Messages refused because their receiver had opted out. */
  optedOut = 0;
  readonly #layers: readonly FilterLayer[];
  readonly #guards: readonly FilterLayer[];
  readonly #optOuts: OptOuts | undefined;

  /**
   * `optOuts`: asked unless the last layer with an opinion says `optOut: false`. Leave it out where another
   * Filters has asked already.
   */
  constructor(layers: readonly FilterLayer[], optOuts?: OptOuts) {
    this.#layers = layers;
    this.#guards = layers.filter((layer) => layer.guardsDuplicates);
    const isAsked = layers.reduce((asked, layer) => layer.optOut ?? asked, true);
    this.#optOuts = isAsked ? optOuts : undefined;
  }

  /** Whether words of a text may be refused. */
  get looksAtText(): boolean {
    return this.#layers.some((layer) => layer.looksAtText);
  }

  /**
   * The verdict. What passes is remembered by the duplicate guards: call `forget` when the message is lost or
   * refused after all, and do not check a second attempt again. `contentKey`: octets that stand for the
   * content where the text does not: for messages without text, and for segments that a customer cut (two may
   * say the same).
   */
  check(facts: MessageFacts, contentKey?: Uint8Array): FilterVerdict {
    // A message from a handset goes to a customer: opt-outs do not concern it.
    if (facts.kind === 'mt' && this.#optOuts?.has(facts.destination.digits, facts.source.digits) === true) {
      this.optedOut += 1;
      return optedOut;
    }
    let { text } = facts;
    let changed: FilterVerdict = passed;
    for (const layer of this.#layers) {
      const verdict = layer.judge(facts, text);
      if (verdict.kind !== 'pass') return verdict;
      if (verdict.text === undefined) continue;
      text = verdict.text;
      changed = verdict;
    }
    // Last: nothing that is refused for other reasons is remembered.
    return this.#admit(facts, contentKey) ?? changed;
  }

  /** Whether `check` would not let it pass but for duplicates and opt-outs: a text whose parts have passed one by one. */
  refuses(facts: MessageFacts): boolean {
    let { text } = facts;
    for (const layer of this.#layers) {
      const verdict = layer.judge(facts, text);
      if (verdict.kind !== 'pass') return true;
      text = verdict.text ?? text;
    }
    return false;
  }

  /** Takes back what `check` remembered of a message that it let pass: same facts, same key. */
  forget(facts: MessageFacts, contentKey?: Uint8Array): void {
    if (this.#guards.length === 0) return;
    const message = repeatable(facts, contentKey);
    if (message === undefined) return;
    for (const layer of this.#guards) layer.forget(message);
  }

  #admit(facts: MessageFacts, contentKey: Uint8Array | undefined): FilterVerdict | undefined {
    if (this.#guards.length === 0) return undefined;
    const message = repeatable(facts, contentKey);
    if (message === undefined) return undefined;
    for (let index = 0; index < this.#guards.length; index += 1) {
      const verdict = this.#guards[index]?.admit(message, facts.nowMs);
      if (verdict === undefined) continue;
      for (const before of this.#guards.slice(0, index)) before.forget(message);
      return verdict;
    }
    return undefined;
  }
}

/** Undefined: nothing to compare. */
function repeatable(facts: MessageFacts, contentKey: Uint8Array | undefined): Repeatable | undefined {
  const content = contentKey ?? facts.text;
  if (content === undefined) return undefined;
  // Two handsets may say the same to the same number.
  const account = facts.kind === 'mt' ? facts.account : `${facts.connector}\0${facts.source.digits}`;
  return { account, destination: facts.destination.digits, content };
}
