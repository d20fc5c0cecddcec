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
}

/** Their table. */
export const checkSettings: Settings<CheckValues> = {
  config: configSetting,
  schema: {
    flag: 'schema',
    about: 'print the JSON Schema of the configuration, for editors, and end',
    fallback: false,
    read: one(onOff),
  },
};
