/** POST /api/v1/connectors/{name}/test: a bind of its own, and a message over it. */

import { tryUpstream } from '@chappe/gateway';
import { smppVersions } from '@chappe/protocol';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { upstreamNamed } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { roundedMs } from '../schemas/connector.ts';
import { namePath } from '../schemas/entry.ts';
import { addressField, textField } from '../schemas/submission.ts';

const trialBody = z
  .strictObject({
    to: addressField,
    from: z.string().max(21).optional().describe('A number, a short code or a name'),
    text: textField.optional().describe('Default: a short one of ours'),
  })
  .describe('A message to try it with');

const resultBody = z.object({
  ok: z.boolean(),
  rttMs: z.number().nullable().describe('From an enquire_link to its response'),
  peerSystemId: z.string().nullable().describe('What the upstream calls itself'),
  version: z.enum(smppVersions).nullable(),
  messageIds: z.array(z.string()).nullable().describe('What the upstream calls the segments of the message'),
  error: z.string().nullable().describe('Why it failed'),
});

const defaultText = 'Test';
// Each is a bind of its own; operators count binds.
const maxAtOnce = 5;

/** Binds once more, looks how long an answer takes, sends the message if one is given, and unbinds. */
export function testConnector({ gateway, clock }: Context): Route {
  let running = 0;
  return route({
    method: 'POST',
    path: '/api/v1/connectors/{name}/test',
    operationId: 'testConnector',
    tag: 'connectors',
    access: 'operate',
    summary: 'Try a connector with a bind of its own',
    description:
      'The answer is 200 also when the upstream refuses: `ok` says so, and `error` why. A message goes out over that ' +
      'bind only; it is not stored, not charged, not tried again, and asks for no receipt.',
    params: namePath,
    body: trialBody.optional(),
    example: { to: '447700900123', from: 'ACME', text: 'Test' },
    answers: { 200: { description: 'What came of it', schema: resultBody } },
    problems: ['not_found', 'refused', 'full'],
    handle: async ({ params: { name }, body }) => {
      const upstream = upstreamNamed(gateway, name);
      if (running >= maxAtOnce) throw new Problem('full', `${maxAtOnce} such trials are under way`);
      running += 1;
      try {
        const { from = '', text = defaultText } = body ?? {};
        const message = body === undefined ? undefined : { from, to: body.to, text };
        const result = await tryUpstream(upstream, clock, message);
        return { status: 200, body: nulled(result) };
      } finally {
        running -= 1;
      }
    },
  });
}

/** JSON has no undefined. */
function nulled(result: Awaited<ReturnType<typeof tryUpstream>>): z.infer<typeof resultBody> {
  const { ok, rttMs, peerSystemId, version, messageIds, error } = result;
  return {
    ok,
    rttMs: rttMs === undefined ? null : roundedMs(rttMs),
    peerSystemId: peerSystemId ?? null,
    version: version ?? null,
    messageIds: messageIds === undefined ? null : [...messageIds],
    error: error ?? null,
  };
}
