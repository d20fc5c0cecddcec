/** The receipts of each group of connectors, and what is known for good of how it writes its ids. */
import type { Center, ControlStore } from '@chappe/center';
import type { UpstreamReceiptSettings } from '@chappe/policy';
import { type IdRelation, idRelations } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import type { Upstream } from '../upstream/upstream.ts';
import { GroupReceipts } from './group-receipts.ts';
import type { LongMessagesContext } from './long-messages.ts';

/** What groups work with. */
export interface ReceiptGroupsContext {
  readonly center: Center;
  readonly control: ControlStore;
  readonly clock: Clock;
  /** Ends a part of a long message of that group by what was said of another one. */
  readonly settlePart: (
    group: GroupReceipts,
    ...told: Parameters<LongMessagesContext['settle']>
  ) => Promise<void>;
  readonly onError: (error: unknown, where: string) => void;
}

const controlKind = 'receipt-ids';

/** All groups. */
export class ReceiptGroups {
  readonly #context: ReceiptGroupsContext;
  readonly #groups: Map<string, GroupReceipts> = new Map();
  readonly #known: Map<string, IdRelation> = new Map();
  /** By group: what its connectors say together. */
  #settings: ReadonlyMap<string, UpstreamReceiptSettings> = new Map();

  constructor(context: ReceiptGroupsContext) {
    this.#context = context;
  }

  /** Reads what was learned before. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#context.control.list(controlKind)) {
      if ((idRelations as readonly string[]).includes(value)) this.#known.set(key, value as IdRelation);
    }
  }

  all(): readonly GroupReceipts[] {
    return [...this.#groups.values()];
  }

  /** The group of that name, if anything is known of it. */
  known(name: string): GroupReceipts | undefined {
    return this.#groups.get(name);
  }

  /** The group of that name. */
  of(name: string): GroupReceipts {
    let group = this.#groups.get(name);
    if (group === undefined) {
      const { center, clock, onError, settlePart } = this.#context;
      group = new GroupReceipts(name, {
        center,
        clock,
        onError,
        settlePart: (...told) => settlePart(this.of(name), ...told),
      });
      group.configure(this.#settings.get(name) ?? {}, this.#known.get(name));
      this.#groups.set(name, group);
    }
    return group;
  }

  /** Settings have changed. What one connector of a group does not say, the next one in their order may. */
  refresh(upstreams: readonly Upstream[]): void {
    const settings = new Map<string, UpstreamReceiptSettings>();
    for (const {
      group,
      settings: { receipts = {} },
    } of upstreams)
      settings.set(group.name, { ...receipts, ...settings.get(group.name) });
    for (const [name, receipts] of settings) {
      if (JSON.stringify(receipts) === JSON.stringify(this.#settings.get(name))) continue;
      this.#groups.get(name)?.configure(receipts, this.#known.get(name));
    }
    this.#settings = settings;
  }

  /** Takes a relation of ids for known, for good; durable when it settles. Its connectors' settings go before. */
  async pin(name: string, relation: IdRelation): Promise<void> {
    await this.#context.control.write([{ kind: controlKind, key: name, value: relation }]);
    this.#known.set(name, relation);
    this.of(name).ids.pin(relation);
  }

  /** What is known of a group's ids has changed: it is kept. */
  learned({ name, ids: { relation } }: GroupReceipts): void {
    const { control, onError } = this.#context;
    if (relation === undefined) this.#known.delete(name);
    else this.#known.set(name, relation);
    control
      .write([{ kind: controlKind, key: name, value: relation }])
      .catch((error: unknown) => onError(error, `receipt ids of ${name}`));
  }
}
