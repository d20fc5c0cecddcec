/**
 * What must not reach a log that is shipped to other places: passwords and keys, texts of messages, and the numbers of
 * people but for their last digits. Applied to every line, so that a careless one is harmless.
 */
import { printable } from '@chappe/protocol';
import type { Logger, LoggerOptions } from 'pino';

/** Names of fields, in small letters and without separators, whose values are left out whole. */
const secretNames: ReadonlySet<string> = new Set([
  ...['password', 'passwordhash', 'secret', 'passphrase', 'key', 'apikey', 'apikeyhash', 'adminkey'],
  ...['adminkeyhash', 'authorization', 'cookie', 'token', 'cert', 'privatekey', 'xapikey'],
  ...['text', 'content', 'payload', 'shortmessage', 'messagepayload', 'hex', 'body'],
]);
/** Fields with long numbers that are nobody's: ids of ours, and what the process is. */
const plainNames: ReadonlySet<string> = new Set(['requestid', 'pid', 'time', 'session', 'prefix']);

const leftOut = '[left out]';
// E.164 numbers have at most 15 digits, and hardly any has less than seven. Ports, statuses and milliseconds are shorter.
const leastDigits = 7;
const digitsShown = 3;
// What is deeper, longer or more is no field of ours.
const maxDepth = 5;
const maxEntries = 100;
const maxCharacters = 2_000;

/** A text whose numbers of seven or more digits are stars but for the last three; control characters are escaped. */
export function maskedText(text: string): string {
  const whole = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  let masked = '';
  let from = 0;
  for (let at = 0; at < whole.length; at += 1) {
    if (!isDigit(whole, at)) continue;
    let end = at;
    while (isDigit(whole, end)) end += 1;
    if (end - at >= leastDigits) {
      masked += whole.slice(from, at) + '*'.repeat(end - at - digitsShown);
      from = end - digitsShown;
    }
    at = end;
  }
  return from === 0 ? whole : masked + whole.slice(from);
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** The fields of a line without what must not be there. */
export function redacted(fields: object): Record<string, unknown> {
  return redactedFields(fields, 0);
}

function redactedFields(fields: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields).slice(0, maxEntries)) {
    const plain = plainName(name);
    if (secretNames.has(plain)) clean[name] = value === undefined ? undefined : leftOut;
    else clean[name] = plainNames.has(plain) ? plainValue(value) : redactedValue(value, depth + 1);
  }
  return clean;
}

/** Of a field that may hold a long number. */
function plainValue(value: unknown): unknown {
  return typeof value === 'string'
    ? printable(value.slice(0, maxCharacters))
    : redactedValue(value, maxDepth);
}

function redactedValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return printable(maskedText(value));
  if (typeof value === 'bigint') return maskedText(String(value));
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (value instanceof Error) return redactedError(value, depth);
  if (depth >= maxDepth || ArrayBuffer.isView(value)) return leftOut;
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((one) => redactedValue(one, depth + 1));
  return redactedFields(value, depth);
}

function redactedError(error: Error, depth: number): object {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return {
    type: error.name,
    message: printable(maskedText(error.message)),
    // Line ends are part of it.
    stack: maskedText(error.stack ?? ''),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause instanceof Error && depth < maxDepth ? { cause: redactedError(cause, depth + 1) } : {}),
  };
}

function plainName(name: string): string {
  return name.replaceAll('_', '').replaceAll('-', '').toLowerCase();
}

/** For pino: every line goes through it. Fields of children are not lines: see `redactChildren`. */
export const redaction: Pick<LoggerOptions, 'formatters' | 'hooks'> = {
  formatters: { log: redacted },
  hooks: {
    logMethod(parts, method): void {
      const [first, second, ...rest] = parts as unknown[];
      // pino would take the message of a bare error as it is.
      if (first instanceof Error) {
        const message = typeof second === 'string' ? second : first.message;
        method.apply(this, [{ err: first }, printable(maskedText(message))]);
      } else {
        const clean = [first, second, ...rest].map((part) =>
          typeof part === 'string' ? printable(maskedText(part)) : part,
        );
        method.apply(this, clean.slice(0, parts.length) as Parameters<typeof method>);
      }
    },
  },
};

/** The fields that children of a log carry go through it too: pino asks no formatter about them. Gives the same log. */
export function redactChildren<L extends Pick<Logger, 'child'>>(log: L): L {
  const { child } = log;
  // Children have it from their parent, and so have theirs.
  log.child = function redactedChild(this: L, bindings: object, options?: object) {
    return (child as (bindings: object, options?: object) => object).call(this, redacted(bindings), options);
  } as L['child'];
  return log;
}
