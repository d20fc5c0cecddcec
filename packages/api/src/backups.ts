/** The backup that is being made, or was made last: one at a time. */
import type { Backup } from '@chappe/center';

/** Makes a backup in a folder of the server; `onFixed` is called when its moment is fixed. Rejects with a CenterError. */
export type MakeBackup = (folder: string, onFixed: (momentMs: number) => void) => Promise<Backup>;

/** How far one is. */
export type BackupState =
  | { readonly state: 'running'; readonly folder: string; readonly momentMs: number }
  | { readonly state: 'done'; readonly backup: Backup }
  | { readonly state: 'failed'; readonly folder: string; readonly momentMs: number; readonly why: string };

/** Makes them. */
export class Backups {
  readonly #make: MakeBackup;
  #last: BackupState | undefined;

  constructor(make: MakeBackup) {
    this.#make = make;
  }

  /** Undefined: none was made since the start. */
  get last(): BackupState | undefined {
    return this.#last;
  }

  /** Begins one; settles when its moment is fixed. Rejects with a CenterError where it cannot be begun, and keeps the last one. */
  begin(folder: string): Promise<BackupState> {
    return new Promise((settle, reject) => {
      let momentMs: number | undefined;
      const enter = (state: BackupState): void => {
        this.#last = state;
        settle(state);
      };
      const onFixed = (fixedMs: number): void => {
        momentMs = fixedMs;
        enter({ state: 'running', folder, momentMs });
      };
      this.#make(folder, onFixed).then(
        (backup) => enter({ state: 'done', backup }),
        (error: Error) => {
          if (momentMs === undefined) reject(error);
          else enter({ state: 'failed', folder, momentMs, why: error.message });
        },
      );
    });
  }
}
