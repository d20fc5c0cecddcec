/** Filters and the alarm on pumping as they are written. */
import type { FilterSettings, PumpingSettings } from '@chappe/policy';
import {
  durationText,
  maybeDuration,
  patternText,
  type Written,
  written,
  writtenList,
} from '../values/written.ts';

/** Filters. */
export function writtenFilters(filters: FilterSettings): Written {
  const { texts, duplicates } = filters;
  return written({
    blockTo: writtenList(filters.blockTo),
    allowTo: writtenList(filters.allowTo),
    blockFrom: writtenList(filters.blockFrom),
    texts: texts?.map(({ pattern, flags, action, replacement }) =>
      written({ pattern: patternText(pattern, flags), action, replacement }),
    ),
    urls: filters.urls,
    duplicates:
      duplicates === undefined
        ? undefined
        : written({
            window: durationText(duplicates.windowMs),
            most: duplicates.most,
            action: duplicates.action,
          }),
    optOut: filters.optOut,
  });
}

/** The alarm. */
export function writtenPumping({ windowMs, ...pumping }: PumpingSettings): Written {
  return written({ ...pumping, window: maybeDuration(windowMs) });
}
