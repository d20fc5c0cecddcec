/** What a submitter wants to find again beside a message: some words of its own, stored with it as one piece of JSON. */
import { GatewayError } from '@chappe/policy';

/** Words by their keys. */
export type Meta = Readonly<Record<string, string>>;

/** Keys of one message. */
export const maxMetaKeys = 16;
/** Octets of a value. */
export const maxMetaValueOctets = 256;
/** Octets of all keys and values. */
export const maxMetaOctets = 1_024;
/** What a key is. */
export const metaKeyPattern: RegExp = /^[A-Za-z0-9_.-]{1,40}$/;

/** As it is stored; undefined for nothing. Throws a `GatewayError` that names the key which cannot be. */
export function writeMeta(meta: Meta | undefined): string | undefined {
  const entries = Object.entries(meta ?? {});
  if (entries.length === 0) return undefined;
  if (entries.length > maxMetaKeys)
    throw invalid('meta', `has ${entries.length} keys, at most ${maxMetaKeys}`);
  for (const [key, value] of entries) {
    if (!metaKeyPattern.test(key)) {
      throw invalid('meta', 'a key has 1 to 40 characters of A-Z, a-z, 0-9, "_", "." and "-"');
    }
    const length = Buffer.byteLength(value);
    if (length > maxMetaValueOctets) {
      throw invalid(`meta.${key}`, `has ${length} octets, at most ${maxMetaValueOctets}`);
    }
  }
  const octets = octetsOfMeta(meta ?? {});
  if (octets > maxMetaOctets) throw invalid('meta', `has ${octets} octets in all, at most ${maxMetaOctets}`);
  return JSON.stringify(Object.fromEntries(entries));
}

/** Octets of keys and values. */
export function octetsOfMeta(meta: Meta): number {
  let octets = 0;
  for (const [key, value] of Object.entries(meta))
    octets += Buffer.byteLength(key) + Buffer.byteLength(value);
  return octets;
}

/** Stored words; undefined for what are none (a damaged row). */
export function readMeta(written: string | undefined): Meta | undefined {
  if (written === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(written);
    return typeof read === 'object' && read !== null ? (read as Meta) : undefined;
  } catch {
    return undefined;
  }
}

function invalid(field: string, what: string): GatewayError {
  return new GatewayError('CHAPPE_GATEWAY_INVALID', `${field}: ${what}`, { field });
}
