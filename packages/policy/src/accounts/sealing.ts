/**
 * Secrets at rest. Passwords and keys of entries that are made at run time stand in the control store sealed with
 * AES-256-GCM; the key lives in a file of its own, so that a copy of the database alone gives nothing away.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { replaceFile } from '@chappe/center';

const algorithm = 'aes-256-gcm';
const keyOctets = 32;
// NIST SP 800-38D 8.2.2: random nonces of 96 bits are good for 2^32 seals by one key.
const nonceOctets = 12;
const tagOctets = 16;
/** Says how the rest is to be read: another way of sealing gets another number. */
const mark = 'sealed1:';
// Nobody but the owner may read it; Windows has no such bits.
const othersBits = 0o077;

/** Seals texts and opens them again, with one key. */
export class Sealing {
  readonly #key: Buffer;

  /** `key`: 32 octets; default random ones, good until the process ends. Throws a RangeError for another length. */
  constructor(key: Uint8Array = randomBytes(keyOctets)) {
    if (key.length !== keyOctets) {
      throw new RangeError(`sealing key: it has ${key.length} octets; give ${keyOctets} random ones`);
    }
    this.#key = Buffer.from(key);
  }

  /** A key of its own for another use, 32 octets, always the same one: RFC 5869. */
  keyFor(use: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key, new Uint8Array(0), use, keyOctets));
  }

  /** `where`: the place that it is for; sealed texts do not open at another one. */
  seal(text: string, where: string): string {
    const nonce = randomBytes(nonceOctets);
    const cipher = createCipheriv(algorithm, this.#key, nonce, { authTagLength: tagOctets });
    cipher.setAAD(Buffer.from(where));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${mark}${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** The text; undefined when it was sealed with another key, for another place, or was changed. */
  open(sealed: string, where: string): string | undefined {
    if (!sealed.startsWith(mark)) return undefined;
    const octets = Buffer.from(sealed.slice(mark.length), 'base64url');
    if (octets.length < nonceOctets + tagOctets) return undefined;
    const nonce = octets.subarray(0, nonceOctets);
    const cipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagOctets });
    cipher.setAAD(Buffer.from(where));
    cipher.setAuthTag(octets.subarray(nonceOctets, nonceOctets + tagOctets));
    try {
      return (
        cipher.update(octets.subarray(nonceOctets + tagOctets), undefined, 'utf8') + cipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }
}

/**
 * The sealing with the key of a file, which is made, readable by its owner only, when there is none. Throws a RangeError
 * for a file that others may read or that is no key, and the error of the file system.
 */
export function openSealing(path: string): Sealing {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return new Sealing(makeKey(path));
  // Whoever made it lead elsewhere could have made it lead to a key of theirs.
  if (found.isSymbolicLink()) {
    throw new RangeError(`${path}: this is a symbolic link: put the file of the key itself there`);
  }
  const text = ownText(path);
  const key = Buffer.from(text, 'base64url');
  if (key.length !== keyOctets || key.toString('base64url') !== text) {
    throw new RangeError(
      `${path}: this is no key; put the file back that was there, or take it away and give the passwords anew`,
    );
  }
  return new Sealing(key);
}

function ownText(path: string): string {
  const file = openSync(path, 'r');
  try {
    if (process.platform !== 'win32' && (fstatSync(file).mode & othersBits) !== 0) {
      throw new RangeError(`${path}: others may read the key of the stored passwords: chmod 600 ${path}`);
    }
    return readFileSync(file, 'utf8').trim();
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all: half a key after a crash would lock every stored password in. */
function makeKey(path: string): Buffer {
  const key = randomBytes(keyOctets);
  replaceFile(path, `${key.toString('base64url')}\n`);
  return key;
}
