// control.db is copied with every write: what it holds is nowhere else.
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteControl } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
let path: string;
let copy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chappe-control-copy-'));
  path = join(folder, 'control.db');
  copy = join(folder, 'control-copy.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({
    kind: 'credit',
    key: `k${from + at}`,
    value: 'v'.repeat(100),
  }));

/** One life of a process. */
async function life(work: (control: SqliteControl) => Promise<unknown>): Promise<void> {
  const control = SqliteControl.open(folder);
  try {
    await work(control);
  } finally {
    await control.close();
  }
}

const keys = async (): Promise<readonly string[]> => {
  let found: readonly string[] = [];
  await life(async (control) => {
    found = (await control.list('credit')).map(({ key }) => key);
  });
  return found;
};

function damage(file: string): void {
  const { size } = statSync(file);
  const opened = openSync(file, 'r+');
  // Every page but the first, whose header says that it is a database.
  for (let at = 4_096; at < size; at += 4_096) writeSync(opened, Buffer.alloc(4_096, 0xa5), 0, 4_096, at);
  closeSync(opened);
}

describe('the copy of control.db', () => {
  test('has every write, before anything is closed, and takes the place of a file that was moved away', async () => {
    const control = SqliteControl.open(folder);
    await control.write(entries(0, 200));
    await control.write([{ kind: 'credit', key: 'k7', value: undefined }]);
    // As after kill -9: nobody has closed anything; and only the file itself is moved, not its log.
    rmSync(path);
    await control.close();
    expect(await keys()).toHaveLength(199);
    expect(await keys()).not.toContain('k7');
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is named in the advice when the file is damaged, and following it brings all back', async () => {
    await life((control) => control.write(entries(0, 500)));
    damage(path);
    expect(() => SqliteControl.open(folder)).toThrow(
      expect.objectContaining({
        code: 'CHAPPE_STORE_DAMAGED',
        message: expect.stringMatching(
          /control\.db is damaged .*move it away and start again: its copy .*control-copy\.db/,
        ),
      }),
    );
    rmSync(path);
    expect(await keys()).toHaveLength(500);
  });

  test.each<[string, () => void]>([
    ['damaged too', () => damage(copy)],
    ['no database', () => writeFileSync(copy, 'no database at all'.repeat(500))],
    ['gone', () => rmSync(copy)],
    ['cut off', () => truncateSync(copy, 8_192)],
  ])(
    'is not advised when it is %s, and neither is going on without what the file holds',
    async (_, spoil) => {
      await life((control) => control.write(entries(0, 500)));
      damage(path);
      spoil();
      expect(() => SqliteControl.open(folder)).toThrow(
        /control\.db is damaged .*put a backup in its place; it holds credits/,
      );
    },
  );

  test.each<[string, () => void]>([
    ['damaged', () => damage(copy)],
    ['no database', () => writeFileSync(copy, 'no database at all'.repeat(500))],
    ['gone', () => rmSync(copy)],
    [
      'of another time',
      () => {
        const other = new DatabaseSync(copy);
        other.exec("DELETE FROM entry WHERE key > 'k2'");
        other.close();
      },
    ],
  ])('is made anew at the start when it is %s', async (_, spoil) => {
    await life((control) => control.write(entries(0, 300)));
    spoil();
    expect(await keys()).toHaveLength(300);
    rmSync(path);
    expect(await keys()).toHaveLength(300);
  });

  test('that cannot be written holds up nothing', async () => {
    const control = SqliteControl.open(folder);
    await control.write(entries(0, 10));
    rmSync(copy);
    writeFileSync(`${copy}-journal`, 'x');
    await control.write(entries(10, 20));
    expect(await control.list('credit')).toHaveLength(20);
    await control.close();
    expect(await keys()).toHaveLength(20);
    rmSync(path);
    expect(await keys()).toHaveLength(20);
  });

  test('is not there where nothing was ever written', async () => {
    await life(async () => undefined);
    expect(() => readFileSync(copy)).toThrow(/ENOENT/);
  });
});

test('what a damaged file of another kind means is told by its name', async () => {
  await life((control) => control.write(entries(0, 1)));
  appendFileSync(join(folder, 'lock.db'), 'no database, but long enough to look like one '.repeat(50));
  const { SqliteStore } = await import('../src/index.ts');
  await expect(SqliteStore.open({ path: folder })).rejects.toThrow(/lock\.db is damaged .*take it away/);
});
