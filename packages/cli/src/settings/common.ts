/** Settings of every command. */
import type { Settings } from './setting.ts';
import { one, onOff } from './values.ts';

/** Values of every command. */
export interface CommonValues {
  /** Data as JSON, one object per line. */
  readonly json: boolean;
  /** No talk but errors. */
  readonly quiet: boolean;
  /** More talk. */
  readonly verbose: boolean;
  /** Colours; undefined where a person looks. */
  readonly color: boolean | undefined;
}

/** Their table. */
export const commonSettings: Settings<CommonValues> = {
  json: { flag: 'json', about: 'print JSON, one object per line', fallback: false, read: one(onOff) },
  quiet: { flag: 'quiet', short: 'q', about: 'say nothing but errors', fallback: false, read: one(onOff) },
  verbose: { flag: 'verbose', short: 'v', about: 'say more', fallback: false, read: one(onOff) },
  color: {
    flag: 'color',
    env: 'CHAPPE_COLOR',
    about: 'colours, or --no-color; without either where a person looks (NO_COLOR is obeyed)',
    fallback: undefined,
    read: one(onOff),
  },
};
