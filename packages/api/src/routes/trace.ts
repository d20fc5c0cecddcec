/** GET /api/v1/trace: PDUs of a session, an account or a connector, as they pass. */

import {
  type EventBody,
  EventIds,
  eventIdOf,
  eventVersion,
  type Moment,
  type TracedPdu,
  type TraceTarget,
} from '@chappe/gateway';
import { commandName, statusName, versionName } from '@chappe/protocol';
import { z } from 'zod';
import { forbidden, seesTexts } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { liveAnswer } from '../live-answer.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { type ShareLimits, Shares } from '../shares.ts';
import { isoOf } from '../times.ts';

/** Readers at once: each costs every PDU that it sees a second encoding. */
export const traceLimits: ShareLimits = { each: 5, accounts: 0, operators: 20 };
const maxNameCharacters = 64;

const nameText = z.string().min(1).max(maxNameCharacters);

const query = z.strictObject({
  session: wholeNumber(0, 999_999_999).optional().describe('The session of a customer'),
  account: nameText.optional().describe('All sessions of an account, those to come included'),
  connector: nameText.optional().describe('All binds of a connector, from the bind on'),
  text: z.enum(['0', '1']).optional().describe('1: with what messages say; else it is masked'),
});

/** Live PDUs. */
export function tracePdus(context: Context): Route {
  const places = new Shares(traceLimits);
  const ids = new EventIds(context.clock);
  return route({
    method: 'GET',
    path: '/api/v1/trace',
    operationId: 'tracePdus',
    tag: 'operation',
    access: 'read',
    summary: 'PDUs as they pass',
    description:
      'Server-sent events `pdu.sent` and `pdu.received`, one JSON object each, of one session, one account or one ' +
      'connector: command, status, sequence, and the octets in hexadecimal (`chappe decode` takes them apart). Passwords are masked, ' +
      'and what messages say unless `text=1`. Works behind TLS too. Who reads too slowly gets an event `stream.skipped`.',
    query,
    answers: {
      200: { description: 'PDUs until the caller goes away', type: 'text/event-stream', eachIs: 'PduEvent' },
    },
    problems: ['full', 'not_found', 'stopping'],
    handle: ({ query: asked, caller, isStillAllowed }) => {
      const target = targetOf(asked);
      const withTexts = asked.text === '1';
      if (withTexts && !seesTexts(caller)) {
        throw forbidden('this key may not read the texts of messages', 'operate');
      }
      return liveAnswer(context, { caller, isStillAllowed, places }, (stream) => {
        const owner = target.kind === 'connector' ? target.name : undefined;
        const show = (seen: TracedPdu): void => {
          // The octets are lent: they are read now.
          stream.offer(() => bodyOf(seen, ids.next(), owner));
        };
        const stop = context.gateway.trace.watch(target, show, withTexts);
        if (stop !== undefined) return stop;
        throw new Problem('not_found', `there is no such ${target.kind}`, { field: target.kind });
      });
    },
  });
}

function targetOf({ session, account, connector }: z.infer<typeof query>): TraceTarget {
  const given: TraceTarget[] = [];
  if (session !== undefined) given.push({ kind: 'session', id: session });
  if (account !== undefined) given.push({ kind: 'account', name: account });
  if (connector !== undefined) given.push({ kind: 'connector', name: connector });
  const [target, other] = given;
  if (target !== undefined && other === undefined) return target;
  throw new Problem(
    target === undefined ? 'missing_parameter' : 'invalid_parameter',
    'name one session, one account or one connector',
    { field: other?.kind ?? 'session' },
  );
}

// SMPP 3.4 3.2: command_length, command_id, command_status, sequence_number.
const idAt = 4;
const statusAt = 8;
const sequenceAt = 12;
const headerOctets = 16;

function bodyOf(
  { direction, session, octets }: TracedPdu,
  moment: Moment,
  connector: string | undefined,
): EventBody<'pdu.received' | 'pdu.sent'> {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const field = (from: number): number => (bytes.length < headerOctets ? 0 : bytes.readUInt32BE(from));
  const status = field(statusAt);
  return {
    version: eventVersion,
    id: eventIdOf(moment),
    type: direction === 'in' ? 'pdu.received' : 'pdu.sent',
    time: isoOf(moment.atMs),
    data: {
      session: session.id,
      owner: connector ?? String(session.context ?? ''),
      address: session.remote.address,
      port: session.remote.port,
      version: versionName(session.version),
      command: commandName(field(idAt)) ?? 'unknown',
      status: statusName(status) ?? `0x${status.toString(16).padStart(8, '0')}`,
      sequence: field(sequenceAt),
      octets: octets.length,
      hex: bytes.toString('hex'),
    },
  };
}
