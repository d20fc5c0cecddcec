/** What a journal asks of the operating system. */
import { fdatasync, fdatasyncSync, writeSync } from 'node:fs';
import { syncFolder } from '@chappe/center';

/** The calls to the operating system, so that a test can let them fail. */
export interface JournalDisk {
  write(file: number, octets: Uint8Array, at: number): void;
  sync(file: number): Promise<void>;
  syncNow(file: number): void;
  /** The names in it are on the disk when it returns. */
  syncFolder(folder: string): void;
}

/** Those of the operating system. */
export const disk: JournalDisk = {
  write(file, octets, at) {
    for (let written = 0; written < octets.length; )
      written += writeSync(file, octets, written, octets.length - written, at + written);
  },
  sync: (file) =>
    new Promise((settle, reject) => fdatasync(file, (error) => (error ? reject(error) : settle()))),
  syncNow: fdatasyncSync,
  syncFolder,
};
