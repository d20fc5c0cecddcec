/** One of a crowd. */
export interface Member {
  /** Whom it counts for. */
  readonly group: string;
  /** It waits for us and not we for it: others go first. */
  isBusy: boolean;
}

/** Members by group, the eldest first, and always known: the group with most of them. Every step takes constant time. */
export class Crowd<M extends Member> {
  readonly #groups = new Map<string, Set<M>>();
  /** Groups by how many members they have. */
  readonly #bySize = new Map<number, Set<string>>();
  #largest = 0;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  add(member: M): void {
    const group = this.#groups.get(member.group) ?? new Set();
    if (group.has(member)) return;
    group.add(member);
    this.#groups.set(member.group, group);
    this.#size++;
    this.#moved(member.group, group.size - 1, group.size);
  }

  /** Takes one out; nothing happens where it is not there. */
  delete(member: M): void {
    const group = this.#groups.get(member.group);
    if (group?.delete(member) !== true) return;
    if (group.size === 0) this.#groups.delete(member.group);
    this.#size--;
    this.#moved(member.group, group.size + 1, group.size);
  }

  /** The members of a group, the eldest first. */
  of(group: string): readonly M[] {
    return [...(this.#groups.get(group) ?? [])];
  }

  /** Who is to go: of the group with most members (or of this one) the eldest that is not busy, else the eldest. */
  first(group?: string): M | undefined {
    const name = group ?? this.#bySize.get(this.#largest)?.values().next().value;
    const members = name === undefined ? undefined : this.#groups.get(name);
    if (members === undefined) return undefined;
    for (const member of members) if (!member.isBusy) return member;
    return members.values().next().value;
  }

  #moved(group: string, from: number, to: number): void {
    const before = this.#bySize.get(from);
    before?.delete(group);
    if (before?.size === 0) this.#bySize.delete(from);
    if (to > 0) {
      const now = this.#bySize.get(to) ?? new Set();
      now.add(group);
      this.#bySize.set(to, now);
    }
    if (to > this.#largest) this.#largest = to;
    // It was the only one of its size, and now has one less.
    else if (from === this.#largest && !this.#bySize.has(from)) this.#largest = to;
  }
}
