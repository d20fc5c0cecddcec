/** How the text of a message travels to an upstream: coded as it takes it, as short_message or as message_payload. */
import type { TlvInput } from '@chappe/protocol';
import { type Coded, fitsOneMessage, fromCanonical, headerOctets } from '../../message/alphabet.ts';
import type { Content } from '../../message/content.ts';
import { joinFor } from '../../message/long.ts';
import { isUnfit, type Unfit } from '../../message/unfit.ts';
import type { UpstreamDialect } from './dialect.ts';

/** A text ready to go. */
export interface Carried extends Coded {
  /** The SAR TLVs that join it with others, or none. */
  readonly sar: readonly TlvInput[];
  /** It goes as message_payload. */
  readonly asPayload: boolean;
}

// SMPP 3.4 5.2.22: 254 octets of short_message; SMPP 5.0 4.7.28: 255. 3.3: 140, or 160 characters of seven bits.
const maxShortOctets = { 51: 160, 52: 254, 80: 255 } as const;
// User data of one short message (3GPP 23.040 9.2.3.24).
const oneMessageOctets = 140;
// A TLV counts its octets in 16 bits.
const maxPayloadOctets = 0xffff;

/**
 * The text of a message for an upstream. One that came in message_payload is short_message where it fits in one message.
 * What takes more than one goes as message_payload where `longMessages` is `payload`; elsewhere it is unfit, and never
 * cut here: the parts of a text have been told to its sender when it was accepted. What came as short_message stays it.
 */
export function carriedFor(
  dialect: UpstreamDialect,
  content: Content,
  command: 'submit_sm' | 'data_sm',
): Carried | Unfit {
  const joined = joinFor(content, dialect.method);
  if (isUnfit(joined)) return joined;
  const { payload, esmClass, sar } = joined;
  // Only SAR beside ports is left as TLVs there, and without its ports it would be another message.
  if (dialect.version === 0x33 && sar.length > 0)
    return { reason: 'segments with ports in TLVs cannot go by 3.3' };
  const { dataCoding } = content;
  const takesLong = dialect.method === 'payload';
  const header = headerOctets(payload, esmClass);
  const isLong = content.inPayloadTlv && !fitsOneMessage(payload.length, header, dataCoding);
  if (isLong && !takesLong) {
    return {
      reason: `${payload.length} octets are more than one message; longMessages there is ${dialect.method}`,
    };
  }
  const isWhole = header === 0 && sar.length === 0;
  const maxUcs2Octets = takesLong && isWhole ? maxPayloadOctets : oneMessageOctets;
  const coded = fromCanonical(payload, esmClass, dataCoding, dialect.alphabet, maxUcs2Octets);
  if (isUnfit(coded)) return coded;
  const octets = coded.payload.length;
  const hasGrown = coded.dataCoding !== dataCoding && octets > oneMessageOctets;
  const limit = maxShortOctets[dialect.version];
  const asPayload = command === 'data_sm' || isLong || hasGrown || (takesLong && octets > limit);
  if (!asPayload && octets > limit)
    return { reason: `the text has ${octets} octets, at most ${limit} go there` };
  return { payload: coded.payload, esmClass: coded.esmClass, dataCoding: coded.dataCoding, sar, asPayload };
}
