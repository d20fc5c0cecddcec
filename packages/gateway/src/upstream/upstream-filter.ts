/** What one upstream is not to get: the filters of its connector, asked when a message is about to leave. */
import type { Message } from '@chappe/center';
import type { ConnectorSettings, MessageFacts } from '@chappe/policy';
import { FilterLayer, Filters } from '@chappe/policy';
import { readGroupOf } from '../message/content.ts';
import { factsOfStored } from '../message/stored-facts.ts';
import { trailOf } from '../message/trail.ts';

// No filter asks for them.
const noTags: readonly string[] = Object.freeze([]);

/** The filters of one connector. */
export interface UpstreamFilter {
  /** Why a message is not for this upstream; undefined: it is. */
  reasonAgainst(facts: MessageFacts): string | undefined;
  /** The same of a stored one. A piece of a text is judged by what was said of the whole when it was cut. */
  reasonAgainstStored(message: Message, nowMs: number): string | undefined;
}

/**
 * Compiles the filters of a connector; undefined when it has none. Throws a RangeError that names entry and field, also
 * for rules that only make sense where a message comes in: the text is stored then, and a second try is no duplicate.
 */
export function upstreamFilter({ name, filters: settings }: ConnectorSettings): UpstreamFilter | undefined {
  if (settings === undefined) return undefined;
  const place = `connector ${name}.filters`;
  if (settings.duplicates !== undefined)
    throw new RangeError(`${place}.duplicates: put it into the filters of a route, or into those for all`);
  if (settings.texts?.some(({ action }) => action === 'replace') === true)
    throw new RangeError(`${place}.texts: action replace belongs into the filters of a route`);
  const filters = new Filters([new FilterLayer(settings, place)]);
  const reasonAgainst = (facts: MessageFacts): string | undefined => {
    const verdict = filters.check(facts);
    return verdict.kind === 'pass' ? undefined : verdict.reason;
  };
  return {
    reasonAgainst,
    reasonAgainstStored: (message, nowMs) => {
      if (!isPiece(message)) return reasonAgainst(factsOfStored(message, noTags, nowMs));
      return trailOf(message.memo).unfit.includes(name) ? `the whole text is refused by ${place}` : undefined;
    },
  };
}

function isPiece({ content }: Message): boolean {
  const group = readGroupOf(content);
  return group?.kind === 'segments' && group.count > 1;
}
