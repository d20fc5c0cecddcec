/** Settings of `chappe backup` and `chappe restore`. */
import { type ApiValues, apiSettings } from './http.ts';
import type { Settings } from './setting.ts';
import { one, onOff, text } from './values.ts';

/** What backup can be told. */
export interface BackupValues extends ApiValues {
  /** A data folder that no process has. */
  readonly data: string | undefined;
}

// The moment is fixed behind all that the disk was asked for before.
const momentTimeoutMs = 60_000;

/** Table of `chappe backup`. */
export const backupSettings: Settings<BackupValues> = {
  data: {
    flag: 'data',
    value: 'folder',
    about: 'of this data folder, which no process has open; without it the running Chappe makes the backup',
    fallback: undefined,
    read: one(text),
  },
  ...apiSettings,
  timeoutMs: {
    ...apiSettings.timeoutMs,
    about: 'how long to wait for each answer; the copying itself may take longer',
    fallback: momentTimeoutMs,
    shown: '60s',
  },
};

/** What restore can be told. */
export interface RestoreValues {
  readonly data: string | undefined;
  readonly check: boolean;
  readonly replace: boolean;
}

/** Table of `chappe restore`. */
export const restoreSettings: Settings<RestoreValues> = {
  data: {
    flag: 'data',
    value: 'folder',
    about: 'the data folder to make of it: a new or an empty one',
    fallback: undefined,
    read: one(text),
  },
  check: {
    flag: 'check',
    about: 'only look whether the backup is whole; exit code 7 if it is not',
    fallback: false,
    read: one(onOff),
  },
  replace: {
    flag: 'replace',
    about: 'move a data folder that is there aside first',
    fallback: false,
    read: one(onOff),
  },
};
