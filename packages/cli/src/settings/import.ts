/** Settings of `chappe import`. */
import type { Settings } from './setting.ts';
import { one, onOff, text } from './values.ts';

/** Whose configurations are read. */
export const importSources = ['kannel', 'smppsim'] as const;

/** One of them. */
export type ImportSource = (typeof importSources)[number];

/** What import can be told. */
export interface ImportValues {
  readonly from: ImportSource | undefined;
  readonly output: string | undefined;
  readonly force: boolean;
}

function sourceOf(given: string): ImportSource {
  const found = importSources.find((source) => source === given);
  if (found === undefined) throw new TypeError(`expected one of ${importSources.join(', ')}`);
  return found;
}

/** Their table. */
export const importSettings: Settings<ImportValues> = {
  from: {
    flag: 'from',
    value: 'product',
    about: `whose configuration it is: ${importSources.join(', ')}; else told by what stands in it`,
    fallback: undefined,
    read: one(sourceOf),
  },
  output: {
    flag: 'output',
    short: 'o',
    value: 'file',
    about: 'where the configuration goes, secrets beside it; else to standard output, without secrets',
    fallback: undefined,
    read: one(text),
  },
  force: {
    flag: 'force',
    about: 'write over files that are there',
    fallback: false,
    read: one(onOff),
  },
};
