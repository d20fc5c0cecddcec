/** Settings of `chappe check`. */
import type { Setting, Settings } from './setting.ts';
import { one, onOff, text } from './values.ts';

/** Which configuration. */
export const configSetting: Setting<string> = {
  flag: 'config',
  short: 'c',
  value: 'file',
  env: 'CHAPPE_CONFIG',
  about: 'the configuration, see docs/configuration.md',
  fallback: 'chappe.yaml',
  read: one(text),
};

/** What check can be told. */
export interface CheckValues {
  readonly config: string;
  readonly schema: boolean;
  /** A data folder instead. */
  readonly data: string | undefined;
}

/** Their table. */
export const checkSettings: Settings<CheckValues> = {
  config: configSetting,
  data: {
    flag: 'data',
    value: 'folder',
    about: 'check the files of a data folder instead, page by page; nothing is changed',
    fallback: undefined,
    read: one(text),
  },
  schema: {
    flag: 'schema',
    about: 'print the JSON Schema of the configuration, for editors, and end',
    fallback: false,
    read: one(onOff),
  },
};
