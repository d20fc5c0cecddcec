/** Connectors that share their receipts: several binds of one account at one operator. */
/** What a group knows of its members. */
export interface GroupMember {
  /** Requests that may be without answer at once, and those that are. */
  readonly window: number;
  readonly outstanding: number;
  /** There is room again. */
  wake(): void;
}

/** A group of upstreams. */
export class UpstreamGroup {
  readonly name: string;
  readonly members: Set<GroupMember> = new Set();
  /** Messages that an upstream has taken, but whose being there is not on disk yet. */
  unsaved = 0;
  /** A member has found no room since they were last told of some. */
  isShort = false;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * How many more messages may be with its upstreams. A slot of a window stays taken until it is on disk that its message
   * is there: after a crash no more than the windows can have gone out twice.
   */
  get room(): number {
    let window = 0;
    let outstanding = 0;
    for (const upstream of this.members) {
      window += upstream.window;
      outstanding += upstream.outstanding;
    }
    return window - outstanding - this.unsaved;
  }

  /**
   * Tells the members of room that one of them missed. Room grows by answers and by commits, in any order, so neither
   * knows by itself whether it was the one that made some.
   */
  offer(): void {
    if (!this.isShort || this.room <= 0) return;
    this.isShort = false;
    for (const member of this.members) member.wake();
  }

  /** Whether nothing is under way: every request has its answer, and what was taken is on disk. */
  get isIdle(): boolean {
    if (this.unsaved > 0) return false;
    for (const { outstanding } of this.members) if (outstanding > 0) return false;
    return true;
  }
}
