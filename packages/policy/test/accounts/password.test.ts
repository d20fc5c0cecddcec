import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashPassword, parsePasswordHash, verifyPassword } from '../../src/accounts/password.ts';

const salt = Buffer.alloc(16, 1).toString('base64url');
const key = Buffer.alloc(32, 2).toString('base64url');

describe('password hashes', () => {
  it('are verified by the same password only', async () => {
    const hash = await hashPassword('s3cret');
    expect(hash).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword('s3cret', hash)).toBe(true);
    for (const wrong of ['S3cret', 's3cret ', '', hash])
      expect(await verifyPassword(wrong, hash)).toBe(false);
  });

  it('are salted', async () => {
    const [one, two] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).not.toBe(two);
  });

  it('agree with the vector of RFC 7914 12 (N=16384, r=8, p=1), cut to 64 octets', async () => {
    const vector =
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
    const parts = [
      Buffer.from('SodiumChloride').toString('base64url'),
      Buffer.from(vector, 'hex').toString('base64url'),
    ];
    expect(await verifyPassword('pleaseletmein', `scrypt$16384$8$1$${parts.join('$')}`)).toBe(true);
  });

  it('may cost more, within bounds', async () => {
    // 64 MiB: more than Node allows by itself.
    expect(await verifyPassword('x', `scrypt$65536$8$1$${salt}$${key}`)).toBe(false);
  });

  it.each([
    ['plain text', 'secret'],
    ['nothing', ''],
    ['another method', `bcrypt$16384$8$1$${salt}$${key}`],
    ['a part too few', `scrypt$16384$8$1$${salt}`],
    ['a part too many', `scrypt$16384$8$1$${salt}$${key}$`],
    ['N no power of two', `scrypt$16000$8$1$${salt}$${key}`],
    ['N too small', `scrypt$512$8$1$${salt}$${key}`],
    ['N too large', `scrypt$262144$1$1$${salt}$${key}`],
    ['N 2^32, which is 0 in 32 bits', `scrypt$4294967296$8$1$${salt}$${key}`],
    ['N 0', `scrypt$0$8$1$${salt}$${key}`],
    ['N negative', `scrypt$-16384$8$1$${salt}$${key}`],
    ['N in another writing', `scrypt$1e4$8$1$${salt}$${key}`],
    ['N with a leading zero', `scrypt$016384$8$1$${salt}$${key}`],
    ['r 0', `scrypt$16384$0$1$${salt}$${key}`],
    ['r too large', `scrypt$16384$33$1$${salt}$${key}`],
    ['p 0', `scrypt$16384$8$0$${salt}$${key}`],
    ['p too large', `scrypt$1024$8$17$${salt}$${key}`],
    ['too many steps', `scrypt$16384$8$16$${salt}$${key}`],
    ['too much memory', `scrypt$131072$8$1$${salt}$${key}`],
    ['a short salt', `scrypt$16384$8$1$AAAA$${key}`],
    ['no base64url', `scrypt$16384$8$1$${salt.replace('A', '+')}$${key}`],
    ['padding', `scrypt$16384$8$1$${salt}==$${key}`],
    ['a short key', `scrypt$16384$8$1$${salt}$AAAA`],
    ['a long key', `scrypt$16384$8$1$${salt}$${'A'.repeat(100)}`],
    ['a very long text', `scrypt$16384$8$1$${salt}$${'A'.repeat(100_000)}`],
  ])('%s is none', async (_, text) => {
    expect(parsePasswordHash(text)).toBeUndefined();
    expect(await verifyPassword('secret', text)).toBe(false);
  });

  it('never cost more than the bounds, whatever is asked for', () => {
    const power = fc.integer({ min: 0, max: 40 }).map((exponent) => 2 ** exponent);
    fc.assert(
      fc.property(power, fc.integer({ min: -1, max: 70 }), fc.integer({ min: -1, max: 40 }), (N, r, p) => {
        const parsed = parsePasswordHash(`scrypt$${N}$${r}$${p}$${salt}$${key}`);
        const isBearable =
          N >= 1_024 &&
          N <= 131_072 &&
          r >= 1 &&
          r <= 32 &&
          p >= 1 &&
          p <= 16 &&
          N * r * p <= 1_048_576 &&
          N * r * 128 <= 67_108_864;
        expect(parsed?.cost).toEqual(isBearable ? { N, r, p } : undefined);
      }),
    );
  });

  it('parsing never throws', () => {
    const part = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('scrypt', salt, key));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        parsePasswordHash(parts.join('$'));
      }),
    );
  });
});
