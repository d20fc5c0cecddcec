/** How one upstream writes its ids: told by its operator, or learned from receipts that found their messages. */

import type { UpstreamReceiptSettings } from '@chappe/policy';
import { type IdRelation, idInResponse, idRelations } from '@chappe/protocol';

// So many receipts that fit one relation only make it sure; so many that do not, in a row, make it unsure again.
const surely = 5;
const doubtful = 3;

/** The relation of one group of connectors. */
export class IdLearning {
  readonly #isFixed: boolean;
  readonly #isLoose: boolean;
  #isPinned = false;
  #relation: IdRelation | undefined;
  #hits = 0;
  #candidate: IdRelation | undefined;
  #misses = 0;
  #order: readonly IdRelation[];

  /** `known`: what was learned before. */
  constructor(ids: UpstreamReceiptSettings['ids'], known: IdRelation | undefined) {
    this.#isFixed = ids === 'same' || ids === 'hex-dec' || ids === 'dec-hex';
    this.#isLoose = ids === 'loose';
    this.#relation = this.#isFixed ? (ids as IdRelation) : this.#isLoose ? undefined : known;
    this.#order = orderOf(this.#relation);
  }

  /** The relation that holds; undefined while it is not known. */
  get relation(): IdRelation | undefined {
    return this.#relation;
  }

  /** The relations to try, likeliest first. One that the operator has set is the only one. */
  get order(): readonly IdRelation[] {
    return this.#isFixed && this.#relation !== undefined ? [this.#relation] : this.#order;
  }

  /** Takes a relation for known, whatever receipts say from now on. What the settings say goes before. */
  pin(relation: IdRelation): void {
    if (this.#isFixed) return;
    this.#isPinned = true;
    this.#relation = relation;
    this.#order = orderOf(relation);
  }

  /** A receipt with that id found its message by a relation. True: what is known has changed. */
  noteHit(relation: IdRelation, id: string): boolean {
    if (this.#isFixed || this.#isLoose || this.#isPinned) return false;
    if (relation === this.#relation) {
      this.#misses = 0;
      return false;
    }
    // Where another relation gives the same reference, the hit says nothing.
    const reference = idInResponse(relation, id);
    if (idRelations.some((other) => other !== relation && idInResponse(other, id) === reference))
      return false;
    if (this.#relation !== undefined) return this.#doubt();
    this.#hits = relation === this.#candidate ? this.#hits + 1 : 1;
    this.#candidate = relation;
    if (this.#hits < surely) return false;
    this.#relation = relation;
    this.#order = orderOf(relation);
    return true;
  }

  #doubt(): boolean {
    this.#misses += 1;
    if (this.#misses < doubtful) return false;
    this.#relation = undefined;
    this.#order = orderOf(undefined);
    this.#misses = 0;
    this.#hits = 0;
    return true;
  }
}

function orderOf(first: IdRelation | undefined): readonly IdRelation[] {
  return first === undefined ? idRelations : [first, ...idRelations.filter((other) => other !== first)];
}
