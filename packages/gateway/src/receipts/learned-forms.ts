/** How each group of upstreams writes its ids in receipts, as far as that was learned: kept for good. */
import type { ControlStore } from '@chappe/center';
import { type IdRelation, idRelations } from '@chappe/protocol';

const controlKind = 'receipt-ids';

/** Those of all groups. */
export class LearnedForms {
  readonly #control: ControlStore;
  readonly #onError: (error: unknown, where: string) => void;
  readonly #known: Map<string, IdRelation> = new Map();

  constructor(control: ControlStore, onError: (error: unknown, where: string) => void) {
    this.#control = control;
    this.#onError = onError;
  }

  /** Reads what was learned before. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#control.list(controlKind)) {
      if ((idRelations as readonly string[]).includes(value)) this.#known.set(key, value as IdRelation);
    }
  }

  /** That of a group; undefined: nothing is known. */
  of(group: string): IdRelation | undefined {
    return this.#known.get(group);
  }

  /** Takes one for known; durable when it settles. */
  async pin(group: string, relation: IdRelation): Promise<void> {
    await this.#control.write([{ kind: controlKind, key: group, value: relation }]);
    this.#known.set(group, relation);
  }

  /** A group's has changed; undefined: it is not known any more. */
  learned(group: string, relation: IdRelation | undefined): void {
    if (relation === undefined) this.#known.delete(group);
    else this.#known.set(group, relation);
    this.#control
      .write([{ kind: controlKind, key: group, value: relation }])
      .catch((error: unknown) => this.#onError(error, `receipt ids of ${group}`));
  }
}
