/** Bound sessions as the API shows them. */

import type { SessionView } from '@chappe/gateway';
import { type SmppVersion, smppVersions } from '@chappe/protocol';
import { z } from 'zod';

/** One bound session. */
export interface SessionBody {
  readonly id: number;
  readonly account: string;
  readonly bind: 'transmitter' | 'receiver' | 'transceiver';
  readonly version: SmppVersion;
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  readonly certificateSubject: string | null;
  readonly systemType: string;
  readonly addressRange: string;
  readonly outstanding: number;
  readonly windowFree: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** One page of sessions. */
export interface SessionsBody {
  readonly sessions: readonly SessionBody[];
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
    counters: z.record(z.string(), z.number()).describe('Since the session began'),
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

/** A session for the answer. */
export function sessionOf(view: SessionView): SessionBody {
  const { counters, certificateSubject, ...rest } = view;
  return { ...rest, certificateSubject: certificateSubject ?? null, counters: { ...counters } };
}
