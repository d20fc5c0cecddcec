/**
 * A callback: the URL that a submitter wants called about one message. It is written into the content of the message, so
 * that it is on disk before the submission is answered, and is there after a restart whatever the settings say by then.
 */
import { GatewayError } from '@chappe/policy';
import { urlRefusal } from '../webhooks/guard.ts';

/** What a submitter says of the calls that it wants, in the words of Kannel's sendsms. */
export interface CallbackRequest {
  /** Called by GET, with Kannel's escapes in it. */
  readonly url: string;
  /** Sum of what it is called for: see `callbackKinds`. */
  readonly mask: number;
  /** The submitter's own words, given back by %n, %o, %B and %D. */
  readonly user?: string | undefined;
  readonly account?: string | undefined;
  readonly billing?: string | undefined;
  readonly metaData?: string | undefined;
}

/** What a callback is called for: the bits of Kannel's dlr-mask, one of which is its %d. */
export const callbackKinds: Readonly<
  Record<'delivered' | 'failed' | 'buffered' | 'taken' | 'refused', number>
> = Object.freeze({
  delivered: 1,
  failed: 2,
  buffered: 4,
  taken: 8,
  refused: 16,
});

/** A callback as it is stored: with both ends of the message as its submitter wrote them. */
export interface Callback extends CallbackRequest {
  readonly from: string;
  readonly to: string;
}

/** Octets of a URL before its escapes are filled in. */
export const maxCallbackUrlOctets = 2_048;
// Of all of it: it is stored with each segment.
const maxCallbackOctets = 4_096;
const maxMask = 31;

/** The callback as it is stored. Throws a `GatewayError` that names the field. */
export function writeCallback(callback: Callback, allowPrivate: boolean): string {
  const { url, mask, user, account, billing, metaData, from, to } = callback;
  if (!Number.isInteger(mask) || mask < 0 || mask > maxMask) invalid(`the mask is 0 to ${maxMask}`);
  if (Buffer.byteLength(url) > maxCallbackUrlOctets)
    invalid(`the URL has more than ${maxCallbackUrlOctets} octets`);
  if (!URL.canParse(url)) invalid('the URL cannot be read; it looks like http://example.com/dlr?type=%d');
  const refusal = urlRefusal(new URL(url), allowPrivate);
  if (refusal !== undefined) invalid(`the URL is refused, ${refusal}`);
  const written = JSON.stringify({ url, mask, user, account, billing, metaData, from, to });
  if (Buffer.byteLength(written) > maxCallbackOctets)
    invalid(`URL, account, billing and meta data have more than ${maxCallbackOctets} octets together`);
  return written;
}

/** A stored callback; undefined for what is none (a damaged row). */
export function readCallback(written: string | undefined): Callback | undefined {
  if (written === undefined) return undefined;
  try {
    const read = JSON.parse(written) as Partial<Callback> | null;
    if (typeof read?.url !== 'string' || typeof read.mask !== 'number') return undefined;
    return { from: '', to: '', ...(read as CallbackRequest) };
  } catch {
    return undefined;
  }
}

function invalid(what: string): never {
  throw new GatewayError('CHAPPE_GATEWAY_INVALID', `callback: ${what}`, { field: 'callback' });
}
