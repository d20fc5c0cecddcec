/** What a compiled condition of a rule is. */

import type { MessageFacts } from '../facts.ts';
import type { RouteConditions } from '../settings/conditions.ts';
import { ExpressionContext } from './expression-context.ts';
import { firstWord } from './first-word.ts';

/** The name of a condition in the settings. */
export type ConditionField = Exclude<keyof RouteConditions, 'textFlags'>;

/** One condition of one rule. Neither function throws, whatever the message is. */
export interface Condition {
  readonly field: ConditionField;
  /** For every message that the conditions before let through: no words, few allocations. */
  holds(reading: Reading): boolean;
  /** For explanations: why it does not hold, in words with the values; undefined when it holds. */
  failure(reading: Reading): string | undefined;
}

/** A condition made of a test and of the words for when it fails. */
export function conditionOf(
  field: ConditionField,
  holds: (reading: Reading) => boolean,
  words: (reading: Reading) => string,
): Condition {
  return { field, holds, failure: (reading) => (holds(reading) ? undefined : words(reading)) };
}

const noFacts: MessageFacts = {
  kind: 'mt',
  account: '',
  connector: '',
  source: { ton: 0, npi: 0, digits: '' },
  destination: { ton: 0, npi: 0, digits: '' },
  text: undefined,
  coding: '',
  segments: 1,
  tlvs: [],
  tags: [],
  priority: 0,
  nowMs: 0,
};

/** One message under the eyes of the rules. Used again for the next one, so that none is made per message. */
export class Reading {
  #facts = noFacts;
  #word: string | undefined;
  #counted = true;
  #isContextLoaded = false;
  readonly #context = new ExpressionContext();

  /** Turns to the next message. `counted`: failures of expressions are to be counted. */
  begin(facts: MessageFacts, counted: boolean): void {
    this.#facts = facts;
    this.#counted = counted;
    this.#word = undefined;
    this.#isContextLoaded = false;
  }

  /** The message. */
  get facts(): MessageFacts {
    return this.#facts;
  }

  /** False when a trial must not show in the counters. */
  get counted(): boolean {
    return this.#counted;
  }

  /** The first word of the text as it was written; empty when there is none. */
  get word(): string {
    this.#word ??= firstWord(this.#facts.text ?? '');
    return this.#word;
  }

  /** The variables of expressions. Valid until the next `begin`. */
  get context(): ExpressionContext {
    if (!this.#isContextLoaded) {
      this.#context.load(this.#facts);
      this.#isContextLoaded = true;
    }
    return this.#context;
  }
}
