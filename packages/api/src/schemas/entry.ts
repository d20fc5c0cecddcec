/** Entries (accounts, connectors, routes, webhooks) as the API takes and shows them: the form of the file. */
import type { Origin } from '@chappe/policy';
import { z } from 'zod';

/** An entry in the form of the configuration file. */
export type EntryBody = Readonly<Record<string, unknown>>;

/** Schema of `EntryBody`. What is in it is checked by the schemas of the file. */
export const entryBody: z.ZodType<EntryBody> = z
  .record(z.string(), z.unknown())
  .describe('As in the configuration file; passwords and keys are never shown');

/** Where an entry comes from; null: from neither, as the accounts of an open gateway. */
export const originField: z.ZodType<Origin | null> = z
  .enum(['file', 'store'])
  .nullable()
  .describe('file: the configuration file; store: made over HTTP, and changed here only');

/** The name in a path. */
export const namePath: z.ZodType<{ readonly name: string }> = z.strictObject({
  name: z.string().min(1).max(64).describe('Its name; of an account, its system_id'),
});

/** An entry that was made or replaced. */
export interface PutBody {
  readonly name: string;
  readonly origin: Origin | null;
  readonly settings: EntryBody;
  /** What is allowed and hardly meant. */
  readonly warnings: readonly string[];
}

/** Schema of `PutBody`. */
export const putBody: z.ZodType<PutBody> = z
  .object({
    name: z.string(),
    origin: originField,
    settings: entryBody,
    warnings: z.array(z.string()).describe('What is allowed and hardly meant'),
  })
  .describe('The entry as it is now');

/** Amounts of money on the wire. */
export const amountField: z.ZodString = z
  .string()
  .regex(/^-?\d{1,10}(\.\d{1,6})?$/, { error: 'must be a decimal such as "12.34", at most 6 places' });
