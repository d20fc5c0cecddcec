/** Connectors that share their receipts: several binds of one account at one operator. */
/** What a group knows of its members. */
export interface GroupMember {
  /** Requests that may be without answer at once, and those that are. */
  readonly window: number;
  readonly outstanding: number;
}

/** A group of upstreams. */
export class UpstreamGroup {
  readonly name: string;
  readonly members: Set<GroupMember> = new Set();
  /** Messages that an upstream has taken, but whose being there is not on disk yet. */
  unsaved = 0;

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
}
