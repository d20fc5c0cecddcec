/** Files of the data folder lead nowhere else, and who else may write there is told. */
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { looseFolder, replaceFile } from '@chappe/center';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let victim: string;
beforeEach(() => {
  const place = mkdtempSync(join(tmpdir(), 'chappe-safe-'));
  folder = join(place, 'data');
  victim = join(place, 'victim');
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(victim, 'precious');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const opened = async (): Promise<void> => {
  const store = await SqliteStore.open({ path: folder });
  try {
    await store.recover(Date.now());
    await SqliteControl.open(folder).close();
  } finally {
    await store.close();
  }
};

describe('a symbolic link in the data folder', () => {
  const today = `${new Date().toISOString().slice(0, 10)}.db`;
  const names = [
    'lock.pid',
    'lock.db',
    'control.db',
    'control.db-wal',
    today,
    `${today}-wal`,
    '2020-01-01.db',
    'sealing.key',
  ];

  it.each(names)('by the name of %s is refused with its name, and what it leads to stays', async (name) => {
    symlinkSync(victim, join(folder, name));
    await expect(opened()).rejects.toMatchObject({
      code: 'CHAPPE_STORE_DAMAGED',
      path: join(folder, name),
      message: expect.stringContaining('is a symbolic link'),
    });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it.each(['lock.db', 'control.db', today])(
    'by the name of %s that leads to nothing makes nothing',
    async (name) => {
      const nothing = join(folder, '..', 'nothing');
      symlinkSync(nothing, join(folder, name));
      await expect(opened()).rejects.toThrow(/symbolic link/);
      expect(existsSync(nothing)).toBe(false);
    },
  );

  it('by another name is none of ours', async () => {
    symlinkSync(victim, join(folder, 'notes.txt'));
    await opened();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('is allowed for the folder itself', async () => {
    const link = join(folder, '..', 'link');
    symlinkSync(folder, link);
    const store = await SqliteStore.open({ path: link });
    await store.recover(Date.now());
    await store.close();
  });
});

describe('a file that is replaced', () => {
  it.each(['symbolic link', 'hard link', 'file'])(
    'does not write through a %s beside it or in its place',
    (what) => {
      const path = join(folder, 'lock.pid');
      for (const name of [path, `${path}.new`]) {
        if (what === 'file') writeFileSync(name, 'old', { mode: 0o644 });
        else if (what === 'hard link') linkSync(victim, name);
        else symlinkSync(victim, name);
      }
      replaceFile(path, 'new');
      expect(readFileSync(victim, 'utf8')).toBe('precious');
      expect(readFileSync(path, 'utf8')).toBe('new');
      expect(lstatSync(path).isFile()).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(existsSync(`${path}.new`)).toBe(false);
    },
  );
});

describe('a folder', () => {
  it.each([
    [0o700, false],
    [0o750, false],
    [0o755, false],
    [0o770, true],
    [0o775, true],
    [0o707, true],
    [0o777, true],
    [0o1777, true],
    [0o2775, true],
  ])('of mode %o is told of when others may write there: %s', (mode, isLoose) => {
    chmodSync(folder, mode);
    const told = looseFolder(folder);
    expect(told !== undefined).toBe(isLoose);
    if (isLoose) expect(told).toMatch(new RegExp(`${folder} .mode 0?${mode.toString(8)}.*chmod go-w`));
  });
});

it.skipIf(process.platform === 'win32')('a folder of another user is told of', () => {
  chmodSync(folder, 0o700);
  const { uid } = statSync(folder);
  expect(looseFolder(folder, uid)).toBeUndefined();
  const told = looseFolder(folder, uid + 1);
  if (uid === 0) expect(told).toBeUndefined();
  else expect(told).toContain(`another user (uid ${uid})`);
  if (process.getuid?.() !== 0) return;
  chownSync(folder, 4_321, 4_321);
  expect(looseFolder(folder)).toMatch(/another user \(uid 4321\).*chown -R 0 /);
});

describe('a lock that was taken away', () => {
  const open = () => SqliteStore.open({ path: folder });

  it('lets nobody in while the one who had it runs', async () => {
    // Whoever has started these tests: it is there, and is not this one.
    const other = process.ppid;
    writeFileSync(join(folder, 'lock.pid'), `${other}\n`);
    await expect(open()).rejects.toMatchObject({
      code: 'CHAPPE_STORE_LOCKED',
      message: expect.stringMatching(
        new RegExp(`lock.db is gone, and process ${other}.*take .*lock.pid away`),
      ),
    });
    rmSync(join(folder, 'lock.pid'));
    await (await open()).close();
  });

  it.each(['', 'unknown', '0', '-1', '99999999', String(process.pid)])(
    "by %j is nobody's",
    async (holder) => {
      writeFileSync(join(folder, 'lock.pid'), `${holder}\n`);
      await (await open()).close();
    },
  );

  it('leaves no name behind when it is given back', async () => {
    const store = await open();
    expect(readFileSync(join(folder, 'lock.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await store.close();
    expect(existsSync(join(folder, 'lock.pid'))).toBe(false);
  });
});
