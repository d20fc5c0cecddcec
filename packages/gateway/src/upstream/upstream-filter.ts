/** What one upstream is not to get: the filters of its connector, asked when a message is about to leave. */
import type { Message } from '@chappe/center';
import { FilterLayer } from '../filters/filter-layer.ts';
import { Filters } from '../filters/filters.ts';
import type { ConnectorSettings } from '../settings/connector.ts';
import { factsOfStored } from '../stored-facts.ts';

// No filter asks for them.
const noTags: readonly string[] = Object.freeze([]);

/** Says why a message is not for this upstream; undefined: it is. */
export type UpstreamFilter = (message: Message, nowMs: number) => string | undefined;

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
  return (message, nowMs) => {
    const verdict = filters.check(factsOfStored(message, noTags, nowMs));
    return verdict.kind === 'pass' ? undefined : verdict.reason;
  };
}
