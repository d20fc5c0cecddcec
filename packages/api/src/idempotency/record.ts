/** One Idempotency-Key as it stands in the control store. Its key there is a hash: what callers choose is nowhere in plain. */
import { createHash } from 'node:crypto';
import type { Answer } from '../route.ts';

/** What an answer has that is sent again. */
export type KeptAnswer = Pick<Answer, 'status' | 'headers' | 'type'> & { readonly body: string };

/** What is known of a key. */
export interface KeyRecord {
  /** See `callerKey`; `unknownCaller` for one that could not be read. */
  readonly caller: string;
  /** Of the body that it came with; '': not known. */
  readonly fingerprint: string;
  /** When it came, by the wall clock: the only one that goes on over a restart. */
  readonly atMs: number;
  /** Undefined: its work had begun, and how it ended was not written down. */
  readonly answer?: KeptAnswer | undefined;
}

/** Whose keys those are whose record says it no more. No caller has this name. */
export const unknownCaller: string = '';

/** Version of the values that this program writes. */
const version = 1;

/** What a key is called in the store. */
export function hashOf(caller: string, key: string): string {
  return createHash('sha256').update(`${caller}\0${key}`).digest('base64url');
}

/** The value that stores a record. */
export function valueOfRecord({ caller, fingerprint, atMs, answer }: KeyRecord): string {
  if (answer === undefined) return JSON.stringify({ version, caller, fingerprint, atMs });
  const { status, headers, type, body } = answer;
  return JSON.stringify({ version, caller, fingerprint, atMs, answer: { status, headers, type, body } });
}

/**
 * Reads a record back; undefined: it is damaged. Of one that a newer version wrote, the answer is not taken: what its
 * members mean is not known here.
 */
export function recordOfValue(value: string): KeyRecord | undefined {
  let read: Readonly<Record<string, unknown>>;
  try {
    read = Object(JSON.parse(value));
  } catch {
    return undefined;
  }
  const { caller, fingerprint, atMs, answer } = read;
  if (typeof caller !== 'string' || typeof fingerprint !== 'string') return undefined;
  if (typeof atMs !== 'number' || !Number.isFinite(atMs)) return undefined;
  if (read.version !== version) {
    const isNewer = typeof read.version === 'number' && read.version > version;
    return isNewer ? { caller, fingerprint: '', atMs } : undefined;
  }
  if (answer === undefined) return { caller, fingerprint, atMs };
  const kept = answerOf(Object(answer));
  return kept === undefined ? undefined : { caller, fingerprint, atMs, answer: kept };
}

function answerOf({
  status,
  headers,
  type,
  body,
}: Readonly<Record<string, unknown>>): KeptAnswer | undefined {
  if (!Number.isInteger(status) || typeof body !== 'string') return undefined;
  if (type !== undefined && typeof type !== 'string') return undefined;
  if (headers !== undefined && !areTexts(headers)) return undefined;
  return {
    status: status as number,
    body,
    ...(headers === undefined ? {} : { headers }),
    ...(type === undefined ? {} : { type }),
  };
}

function areTexts(headers: unknown): headers is Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) return false;
  return Object.values(headers).every((value) => typeof value === 'string');
}
