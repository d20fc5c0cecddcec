/** The variables of a `when` expression: `msg`, `account`, `hour` and `weekday`. */
import type { MessageFacts } from '../facts.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
// 1970-01-01 was a Thursday; days count from Sunday as in CEL's getDayOfWeek.
const firstWeekday = 4;
// CEL's integers are bigints; those that come again and again are made once.
const smallIntegers: readonly bigint[] = Array.from({ length: 256 }, (_, value) => BigInt(value));

/** `msg` of an expression. */
export class ExpressionMessage {
  from = '';
  to = '';
  text = '';
  coding = '';
  segments = 1n;
  priority = 0n;
  account = '';
  connector = '';
  tags: readonly string[] = [];
}

/** All variables of an expression, filled from one message after the other. */
export class ExpressionContext {
  readonly msg: ExpressionMessage = new ExpressionMessage();
  account = '';
  /** 0 to 23, UTC. */
  hour = 0n;
  /** 0 Sunday to 6 Saturday, UTC. */
  weekday = 0n;

  /** Takes the values of a message; octets have an empty text. */
  load(facts: MessageFacts): void {
    const { msg } = this;
    msg.from = facts.source.digits;
    msg.to = facts.destination.digits;
    msg.text = facts.text ?? '';
    msg.coding = facts.coding;
    msg.segments = integer(facts.segments);
    msg.priority = integer(facts.priority);
    msg.account = facts.account;
    msg.connector = facts.connector;
    msg.tags = facts.tags;
    this.account = facts.account;
    const day = Math.floor(facts.nowMs / dayMs);
    this.hour = integer(Math.floor((facts.nowMs - day * dayMs) / hourMs));
    this.weekday = integer((((day + firstWeekday) % 7) + 7) % 7);
  }
}

function integer(value: number): bigint {
  return smallIntegers[value] ?? BigInt(Math.trunc(value));
}
