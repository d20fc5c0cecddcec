/** A long message put together, or as much of it as came: to its receivers, by the rules. */
import type { Pieces } from '@chappe/center';
import { readContent } from '../message/content.ts';
import { rangesOf } from '../message/detail.ts';
import { act } from './act.ts';
import type { MoContext, Stored } from './context.ts';
import { type Joined, joinContents } from './join.ts';
import { ruleFor } from './part-rules.ts';
import type { PartSet } from './part-set.ts';
import { factsOf, type Received } from './received.ts';

/**
 * Stores one message made of the segments; `done` when it is on disk. Where no rule wants it whole (conditions on texts
 * decide only now), or it cannot be one message, its segments go on as they came, all to the same receivers.
 */
export function deliverSet(set: PartSet, context: MoContext, done: Stored): void {
  const pieces = piecesOf(set);
  const segments = set.parts.map(({ received }) => ({ ...received, pieces }));
  const [first] = segments as [Received, ...Received[]];
  const joined = joinContents(segments.map(({ content }) => content));
  const whole = joined === undefined ? first : wholeOf(first, joined);
  const tlvs = joined?.tlvs ?? readContent(first.content).tlvs;
  const facts = factsOf(whole, tlvs, set.total, context.clock.nowMs());
  const rule = ruleFor(facts, set.missing[0] !== 1, context.rules, context.onError);
  const isWhole = joined !== undefined && rule?.reassemble === true;
  const batch = isWhole ? { messages: [whole] } : { messages: segments, set: set.id };
  act({ ...batch, detail: detailOf(set), isAnswered: true }, rule, context, done);
}

function wholeOf(first: Received, { content, text, dataCoding }: Joined): Received {
  return { ...first, content, text, dataCoding };
}

function piecesOf({ parts, total, missing, id }: PartSet): Pieces {
  return { first: id, came: parts.length, total, missing };
}

function detailOf({ parts, total, missing, id }: PartSet): string {
  const told = `parts=${parts.length}/${total} set=${id}`;
  return missing.length === 0 ? told : `${told} missing=${rangesOf(missing)}`;
}
