/** The JSON Schema of the file, for editors. */
import { z } from 'zod';
import { builtInForms } from './schema/built-in-actions.ts';
import { sectionKeys } from './schema/config-schema.ts';
import { section } from './schema/field.ts';
import type { MoForms } from './schema/mo-forms.ts';
import { withoutFiles } from './schema/read-context.ts';

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The schema that `chappe check --schema` prints and docs/chappe.schema.json is. `actions`: as `loadConfig` takes them. */
export function configSchema(actions: MoForms = builtInForms): JsonSchema {
  const file = section(sectionKeys(withoutFiles({}, actions)));
  const made = z.toJSONSchema(file, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return {
    ...(withDefaults(made) as JsonSchema),
    title: 'Configuration of chappe serve',
    // Notes, and a place for anchors.
    patternProperties: { '^x-': {} },
  };
}

/** zod leaves out the defaults of input; ours are notes under a name of their own. */
function withDefaults(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withDefaults);
  if (typeof part !== 'object' || part === null) return part;
  const { fallback, ...rest } = part as JsonSchema;
  // A key named so has a schema of its own.
  const isNote = fallback !== undefined && typeof fallback !== 'object';
  const kept = isNote ? { ...rest, default: fallback } : (part as JsonSchema);
  return Object.fromEntries(Object.entries(kept).map(([keyword, value]) => [keyword, withDefaults(value)]));
}
