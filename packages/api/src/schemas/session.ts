/** Bound sessions as the API shows them. */

import type { SessionView } from '@chappe/gateway';
import { smppVersions } from '@chappe/protocol';
import { z } from 'zod';

/** One page of sessions. */
export interface SessionsBody {
  readonly sessions: readonly SessionView[];
  readonly total: number;
  readonly next: string | null;
}

const session = z
  .object({
    id: z.int(),
    account: z.string(),
    bind: z.enum(['transmitter', 'receiver', 'transceiver']),
    version: z.enum(smppVersions),
    address: z.string().describe('Where the peer is'),
    port: z.int(),
    tls: z.boolean(),
    certificateSubject: z.string().nullable(),
    systemType: z.string(),
    addressRange: z.string(),
    outstanding: z.int().describe('Our requests that await an answer'),
    windowFree: z.int().describe('How many more could be sent now'),
    counters: z
      .object({
        pdusIn: z.int(),
        pdusOut: z.int(),
        bytesIn: z.int(),
        bytesOut: z.int(),
        requestsIn: z.int(),
        requestsOut: z.int(),
        responsesIn: z.int(),
        requestsOpen: z.int(),
        throttled: z.int(),
        timeouts: z.int(),
        refused: z.int(),
        strayResponses: z.int(),
      })
      .describe('Since the session began'),
  })
  .describe('A bound session');

/** Schema of `SessionsBody`. */
export const sessionsBody: z.ZodType<SessionsBody> = z
  .object({
    sessions: z.array(session).describe('Oldest first'),
    total: z.int().describe('How many are bound'),
    next: z.string().nullable().describe('cursor of the next page'),
  })
  .describe('Bound sessions');
