/** What holds where the file says nothing: the defaults of the sections, from their own schemas. */
import type { Config } from '../config.ts';
import { builtInForms } from './built-in-actions.ts';
import { fileSchema, type ReadSections } from './config-schema.ts';
import { type ReadContext, withoutFiles } from './read-context.ts';

const nowhere: ReadContext = withoutFiles({}, builtInForms);
const defaultDrainMs = 8_000;

let cached: ReadSections | undefined;

/** Sections as if the file had only their names. */
function emptySections(): ReadSections {
  cached ??= fileSchema(nowhere).parse({ log: {}, smpp: {}, http: {}, lifetime: {}, handsets: {} });
  return cached;
}

/** The server part of a configuration. */
export function defaultSections(given: ReadSections): Pick<Config, 'server' | 'lifetime' | 'handsets'> {
  const empty = emptySections();
  return {
    server: {
      smpp: (given.smpp ?? empty.smpp)!,
      http: (given.http ?? empty.http)!,
      logLevel: (given.log ?? empty.log)!,
      drainMs: given.drain ?? defaultDrainMs,
    },
    lifetime: (given.lifetime ?? empty.lifetime)!,
    handsets: (given.handsets ?? empty.handsets)!,
  };
}
