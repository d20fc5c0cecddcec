import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealing, Sealing } from '../../src/accounts/sealing.ts';

describe('a sealing', () => {
  const sealing = new Sealing(Buffer.alloc(32, 7));

  it('opens what it sealed, at the same place only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, where) => {
        const sealed = sealing.seal(text, where);
        expect(sealing.open(sealed, where)).toBe(text);
        expect(sealing.open(sealed, `${where}x`)).toBeUndefined();
      }),
    );
  });

  it('seals the same text in another way each time, and shows nothing of it', () => {
    const [one, two] = [sealing.seal('secret-word', 'a'), sealing.seal('secret-word', 'a')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(8), 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('does not open what another key sealed, or what was changed', () => {
    const sealed = sealing.seal('secret-word', 'a');
    expect(new Sealing(Buffer.alloc(32, 8)).open(sealed, 'a')).toBeUndefined();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
      // The last character of base64url may have bits that mean nothing.
      if (at < sealed.length - 1) expect(sealing.open(changed, 'a')).toBeUndefined();
    }
  });

  it.each(['', 'secret-word', 'sealed1:', 'sealed1:AAAA'])('does not open %j', (text) => {
    expect(sealing.open(text, 'a')).toBeUndefined();
  });

  it('takes a key of 32 octets only', () => {
    expect(() => new Sealing(Buffer.alloc(16))).toThrow(/16 octets; give 32/);
  });
});

describe('the key in a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chappe-sealing-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made, readable by its owner only, and used again', () => {
    const path = join(folder, 'secret.key');
    const sealed = openSealing(path).seal('text', 'a');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(openSealing(path).open(sealed, 'a')).toBe('text');
  });

  it('is refused when others may read it', () => {
    const path = join(folder, 'secret.key');
    openSealing(path);
    chmodSync(path, 0o640);
    expect(() => openSealing(path)).toThrow(/others may read .*chmod 600/);
  });

  it.each(['', 'abc', 'not base64url at all, but of some length'])('is refused when it is %j', (text) => {
    const path = join(folder, 'secret.key');
    writeFileSync(path, text, { mode: 0o600 });
    expect(() => openSealing(path)).toThrow(/this is no key/);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is refused when it is a symbolic link, be it to a good key', () => {
    const path = join(folder, 'secret.key');
    openSealing(join(folder, 'other.key'));
    symlinkSync(join(folder, 'other.key'), path);
    expect(() => openSealing(path)).toThrow(/symbolic link/);
  });

  it.each(['symbolic', 'hard'])(
    'does not come to lie where a %s link by the name beside it leads',
    (kind) => {
      const path = join(folder, 'secret.key');
      const victim = join(folder, 'victim');
      writeFileSync(victim, 'precious');
      if (kind === 'hard') linkSync(victim, `${path}.new`);
      else symlinkSync(victim, `${path}.new`);
      const sealed = openSealing(path).seal('text', 'a');
      expect(readFileSync(victim, 'utf8')).toBe('precious');
      expect(lstatSync(path).isFile()).toBe(true);
      expect(openSealing(path).open(sealed, 'a')).toBe('text');
    },
  );

  it('has keys of other uses, always the same, that say nothing of it', () => {
    const key = new Uint8Array(32).fill(5);
    const keys = [new Sealing(key).keyFor('a'), new Sealing(key).keyFor('b'), new Sealing().keyFor('a')];
    expect(new Set([key, ...keys].map((one) => Buffer.from(one).toString('hex'))).size).toBe(4);
    expect(new Sealing(key).keyFor('a')).toEqual(keys[0]);
  });

  it('is not made where no file can be', () => {
    expect(() => openSealing(join(folder, 'no', 'secret.key'))).toThrow(/ENOENT/);
  });
});
