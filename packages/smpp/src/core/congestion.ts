import type { PduInput, Version } from '@chappe/protocol';
import type { SessionOptions } from './options.ts';

/** The response with our congestion_state: every response may have it, only 5.0 peers know it (SMPP 5.0 4.8.4.18). */
export function withCongestion(options: SessionOptions, version: Version, response: PduInput): PduInput {
  if (version !== 0x50 || options.congestion === undefined || response.tlvs !== undefined) return response;
  const congestion_state = options.congestion();
  return congestion_state === undefined
    ? response
    : ({ ...response, tlvs: { congestion_state } } as PduInput);
}
