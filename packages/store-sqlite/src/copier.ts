/**
 * The thread that makes a backup: connections of its own, each with a read transaction that was begun at one moment, are
 * copied while others write on. The newest day goes first, since its log cannot be cut back as long as it is read.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Backup, CenterError, makeFile, syncFolder } from '@chappe/center';
import { dayContent, entriesIn, sumOf, syncFile } from './contents.ts';
import { failureOf } from './failure.ts';
import { isDayFile } from './folder.ts';
import { faultsIn } from './integrity.ts';
import { epochOf } from './lock.ts';
import { logFault } from './log-fault.ts';
import { type BackupFile, backupError, writeManifest } from './manifest.ts';
import { Moment } from './moment.ts';
import { openDatabase } from './open-database.ts';
import type { Request } from './requests.ts';
import { summaryOf } from './summary.ts';

const CONTROL = 'control.db';
/** Copied as they are: they only grow, or are replaced whole. */
const PLAIN = /^(\d{4}-\d{2}-\d{2}\.aside|sealing\.key|tls\.pem|restored\.json)$/;
/** Pages at one go. */
const RATE = 1_024;
const CHUNK_OCTETS = 1024 * 1024;
/** A file may be locked for a moment by whoever opens it first. */
const LOCKED_MS = 2_000;

/** A file as it was at the moment. */
interface Plain {
  readonly name: string;
  readonly file: number;
  readonly octets: number;
  readonly isAside: boolean;
}

/** What is asked of it. */
type Fix = Extract<Request, { readonly ask: 'fix' }>;
type Copy = Extract<Request, { readonly ask: 'copy' }>;

/** Copies one data folder, once. */
export class Copier {
  readonly #folder: string;
  readonly #databases: Map<string, DatabaseSync> = new Map();
  readonly #plain: Plain[] = [];
  #epoch = 0;

  /** Opens all files beforehand: the writer stands still for what is left to do only. Throws a CenterError. */
  constructor({ path }: { readonly path: string }) {
    this.#folder = path;
    for (const name of this.#names(isDatabase)) this.#open(name);
  }

  /** Answers one request. Throws, or rejects with, a CenterError. */
  answer(request: Request): unknown {
    switch (request.ask) {
      case 'fix':
        return this.#fix(request);
      case 'copy':
        return this.#copy(request);
      case 'close':
        return this.#close();
      default:
        throw new CenterError('CHAPPE_STORE_FAILED', `the copier does not answer ${request.ask}`);
    }
  }

  #fix({ moment, isStill }: Fix): void {
    new Moment(moment).fix(() => {
      if (isStill) this.#refuseLostLogs();
      this.#fixAll();
    });
  }

  /** No day changes meanwhile; entries may, so the moment is that at which their one file is begun to be read. */
  #fixAll(): void {
    this.#epoch = epochOf(this.#folder);
    const names = this.#names(() => true);
    const there = new Set(names);
    for (const name of names) {
      const isAside = isDayFile(name) && there.has(name.replace(/\.db$/, '.aside'));
      if (PLAIN.test(name)) this.#keep(name, false);
      else if (isAside) for (const part of [name, `${name}-wal`]) if (there.has(part)) this.#keep(part, true);
      if (isAside || !isDatabase(name)) continue;
      const path = join(this.#folder, name);
      try {
        const database = this.#databases.get(name) ?? this.#open(name);
        // It is the read that begins the transaction.
        database.exec('BEGIN');
        database.prepare('SELECT count(*) FROM sqlite_schema').get();
      } catch (error) {
        throw failureOf(error, path);
      }
    }
    // Gone since they were opened: thrown away, or set aside.
    for (const [name, database] of this.#databases) if (!database.isTransaction) this.#end(name);
  }

  #keep(name: string, isAside: boolean): void {
    const file = openSync(join(this.#folder, name), 'r');
    this.#plain.push({ name, file, octets: fstatSync(file).size, isAside });
  }

  async #copy({ folder, momentMs, version }: Copy): Promise<Backup> {
    const files: BackupFile[] = [];
    const made: string[] = [];
    const newestFirst = [...this.#databases.keys()].sort().reverse();
    try {
      for (const name of newestFirst) {
        made.push(name);
        files.push(await this.#copyDatabase(name, folder));
      }
      for (const plain of this.#plain) {
        made.push(plain.name);
        files.push(copyPlain(plain, join(folder, plain.name)));
      }
      syncFolder(folder);
      const moment = new Date(momentMs).toISOString();
      writeManifest(folder, { version, moment, epoch: this.#epoch, files });
    } catch (error) {
      // A full disk gets its room back.
      for (const name of [...made.flatMap((one) => [one, `${one}-journal`]), 'backup.json.new'])
        rmSync(join(folder, name), { force: true, recursive: true });
      throw backupFailure(error, folder);
    }
    return summaryOf(folder, momentMs, files);
  }

  async #copyDatabase(name: string, folder: string): Promise<BackupFile> {
    const source = this.#databases.get(name) as DatabaseSync;
    const path = join(folder, name);
    makeFile(path);
    await process.getBuiltinModule('node:sqlite').backup(source, path, { rate: RATE });
    this.#end(name);
    syncFile(path);
    const isDay = isDayFile(name);
    const [fault] = faultsIn(path, { isStill: true, isDay });
    if (fault !== undefined) throw backupError(`${join(this.#folder, name)} is damaged: ${fault.what}`, path);
    const content = isDay ? { day: dayContent(path) } : { entries: entriesIn(path) };
    return { name, octets: statSync(path).size, sha256: sumOf(path), ...content };
  }

  /** What waits would have to be marked as uncertain, which only the program that begins with the folder does. */
  #refuseLostLogs(): void {
    for (const name of this.#names(isDatabase)) {
      const path = join(this.#folder, name);
      const fault = logFault(`${path}-wal`);
      if (fault === undefined) continue;
      const text = `the log of ${path} is damaged (${fault}): start the server once, which marks what is in doubt`;
      throw backupError(text, path);
    }
  }

  #names(isWanted: (name: string) => boolean): string[] {
    return readdirSync(this.#folder).filter(isWanted).sort();
  }

  #open(name: string): DatabaseSync {
    const database = openDatabase(join(this.#folder, name), { readOnly: true, timeout: LOCKED_MS });
    this.#databases.set(name, database);
    return database;
  }

  #end(name: string): void {
    this.#databases.get(name)?.close();
    this.#databases.delete(name);
  }

  #close(): void {
    for (const name of [...this.#databases.keys()]) this.#end(name);
    for (const { file } of this.#plain.splice(0)) closeSync(file);
  }
}

function isDatabase(name: string): boolean {
  return isDayFile(name) || name === CONTROL;
}

/** As much of it as there was at the moment. */
function copyPlain({ name, file, octets, isAside }: Plain, path: string): BackupFile {
  makeFile(path);
  const copy = openSync(path, 'r+');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_OCTETS);
    for (let at = 0; at < octets; ) {
      const read = readSync(file, chunk, 0, Math.min(CHUNK_OCTETS, octets - at), at);
      if (read === 0) throw backupError(`${name} got shorter while it was copied: try again`, path);
      for (let written = 0; written < read; )
        written += writeSync(copy, chunk, written, read - written, at + written);
      at += read;
    }
    fsyncSync(copy);
  } finally {
    closeSync(copy);
  }
  return { name, octets, sha256: sumOf(path), ...(isAside ? { isAside } : {}) };
}

function backupFailure(error: unknown, folder: string): CenterError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof RangeError) return backupError(message, folder);
  const failure = failureOf(error, folder);
  if (failure.code !== 'CHAPPE_STORE_DISK_FULL' && code !== 'ENOSPC' && code !== 'EDQUOT') return failure;
  const text = `no room on the disk for the backup in ${folder}: nothing is left of it there`;
  return new CenterError('CHAPPE_STORE_DISK_FULL', text, { cause: error, path: folder });
}
