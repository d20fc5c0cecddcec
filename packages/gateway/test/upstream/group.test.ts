import type { Message } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import type { GroupReceipts } from '../../src/receipts/group-receipts.ts';
import { type GroupMember, UpstreamGroup } from '../../src/upstream/group.ts';

const taken = {} as Message;

function groupOf(): UpstreamGroup {
  return new UpstreamGroup('op', { sent: () => undefined } as Partial<GroupReceipts> as GroupReceipts);
}

/** A member that notes when it is told of room, and looks for it as an upstream does. */
class Member implements GroupMember {
  readonly window: number;
  outstanding = 0;
  woken = 0;
  readonly #group: UpstreamGroup;

  constructor(group: UpstreamGroup, window: number) {
    this.#group = group;
    this.window = window;
    group.members.add(this);
  }

  wake(): void {
    this.woken += 1;
  }

  /** Takes what there is room for. */
  fill(): void {
    const { room } = this.#group;
    if (room <= 0) {
      this.#group.isShort = true;
      return;
    }
    this.outstanding += room;
    this.fill();
  }

  answered(isTaken: boolean): void {
    this.outstanding -= 1;
    if (isTaken) this.#group.sent(taken, 'id');
    this.#group.offer();
  }

  saved(): void {
    this.#group.stored();
  }
}

describe('the room of a group', () => {
  it('is the windows, less what is open and what is not on disk', () => {
    const group = groupOf();
    const [one, other] = [new Member(group, 10), new Member(group, 5)];
    one.outstanding = 4;
    other.outstanding = 1;
    for (let sent = 0; sent < 7; sent += 1) group.sent(taken, `id-${sent}`);
    expect([group.room, group.unsaved]).toEqual([3, 7]);
  });

  it('is not offered to those who have missed none', () => {
    const group = groupOf();
    const member = new Member(group, 10);
    member.outstanding = 1;
    member.answered(true);
    member.saved();
    expect(member.woken).toBe(0);
  });

  it('is offered whichever comes last, the answer or the disk', () => {
    const group = groupOf();
    const member = new Member(group, 4);
    member.fill();
    member.answered(true);
    member.answered(true);
    expect(member.woken).toBe(0);
    member.answered(false);
    expect(member.woken).toBe(1);
    // Two are not on disk, one is open: the answers to these come before the commit of those.
    member.fill();
    member.answered(true);
    member.answered(true);
    expect([group.room, member.woken]).toEqual([0, 1]);
    member.saved();
    expect([group.room, member.woken]).toEqual([1, 2]);
  });

  it('is offered to all of the group, since they share it', () => {
    const group = groupOf();
    const [one, other] = [new Member(group, 2), new Member(group, 2)];
    one.fill();
    one.answered(false);
    expect([one.woken, other.woken]).toEqual([1, 1]);
  });
});
