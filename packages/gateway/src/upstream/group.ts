/** Connectors that share their receipts: several binds of one account at one operator. */
import type { Message } from '@chappe/center';
import type { GroupReceipts } from '../receipts/group-receipts.ts';

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
  /** By what its receipts find their messages. */
  readonly receipts: GroupReceipts;
  #unsaved = 0;
  /** A member has found no room since they were last told of some. */
  isShort = false;

  constructor(name: string, receipts: GroupReceipts) {
    this.name = name;
    this.receipts = receipts;
  }

  /** A member has a message whose receipt is awaited, under that id: see `GroupReceipts.sent`. */
  sent(message: Message, upstreamId: string): void {
    this.#unsaved += 1;
    this.receipts.sent(message, upstreamId);
  }

  /** Messages that a member has, but whose being there is not on disk yet. */
  get unsaved(): number {
    return this.#unsaved;
  }

  /** That one of them is there is on disk. */
  stored(): void {
    if (this.#unsaved === 0) return;
    this.#unsaved -= 1;
    this.offer();
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
    return window - outstanding - this.#unsaved;
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
    if (this.#unsaved > 0) return false;
    for (const { outstanding } of this.members) if (outstanding > 0) return false;
    return true;
  }
}
