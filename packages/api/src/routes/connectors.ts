/** Connectors: upstreams, why each is not faster, and what those who run them do with them. */
import { connectorView, connectorViews, removedViews, tryUpstream, type Upstream } from '@chappe/gateway';
import { smppVersions } from '@chappe/protocol';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { upstreamNamed } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import {
  connectorBody,
  connectorDetailBody,
  connectorDetailOf,
  connectorOf,
  roundedMs,
} from '../schemas/connector.ts';
import { namePath } from '../schemas/entry.ts';
import { addressField, textField } from '../schemas/submission.ts';

const connectorsBody = z.object({
  connectors: z
    .array(connectorBody)
    .describe('In the order of the settings; after them those that were removed while messages waited'),
});

/** All connectors. */
export function listConnectors({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/connectors',
    operationId: 'listConnectors',
    tag: 'connectors',
    access: 'read',
    summary: 'Upstreams: what they do, and why they are not faster',
    answers: { 200: { description: 'All connectors', schema: connectorsBody } },
    handle: () => {
      const { upstreams } = gateway.network;
      const views = [...connectorViews(upstreams.list(), gateway.center), ...removedViews(upstreams)];
      return { status: 200, body: { connectors: views.map((view) => connectorOf(gateway, view)) } };
    },
  });
}

/** One connector; its passwords and keys are not shown. */
export function getConnector({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/connectors/{name}',
    operationId: 'getConnector',
    tag: 'connectors',
    access: 'read',
    summary: 'One upstream, its settings and sessions',
    params: namePath,
    answers: { 200: { description: 'The connector', schema: connectorDetailBody } },
    problems: ['not_found'],
    handle: ({ params: { name } }) => {
      const upstream = upstreamNamed(gateway, name);
      const view = connectorView(upstream, gateway.center);
      return { status: 200, body: connectorDetailOf(gateway, upstream, view) };
    },
  });
}

/** What can be done to a connector. */
export type ConnectorControl = 'start' | 'stop' | 'drain' | 'pause' | 'resume';

/** All of it. */
export const connectorControls: readonly ConnectorControl[] = ['start', 'stop', 'drain', 'pause', 'resume'];

// As long as a response may take by default.
const drainMs = 60_000;

const summaries: Readonly<Record<ConnectorControl, string>> = {
  start: 'Make the binds of a connector',
  stop: 'End its binds at once; what has no response counts as unanswered',
  drain: 'Send nothing new, wait up to a minute for responses, then unbind',
  pause: 'Send nothing, keep the binds',
  resume: 'Send again after a pause',
};

/** Starts, stops, drains, pauses or resumes a connector; until the next start of the program. */
export function controlConnector({ gateway }: Context, what: ConnectorControl): Route {
  return route({
    method: 'POST',
    path: `/api/v1/connectors/{name}/${what}`,
    operationId: `${what}Connector`,
    tag: 'connectors',
    access: 'operate',
    summary: summaries[what],
    description:
      'Not kept over a restart: `paused` in its settings is. Messages wait, or go on to the next connector.',
    params: namePath,
    answers: { 202: { description: 'It has begun', schema: connectorDetailBody } },
    problems: ['not_found', 'conflict'],
    handle: ({ params: { name } }) => {
      const upstream = upstreamNamed(gateway, name);
      control(gateway.network.upstreams, upstream, what);
      return {
        status: 202,
        body: connectorDetailOf(gateway, upstream, connectorView(upstream, gateway.center)),
        changed: ['state'],
      };
    },
  });
}

function control(
  upstreams: Context['gateway']['network']['upstreams'],
  upstream: Upstream,
  what: ConnectorControl,
): void {
  const { mode } = upstream;
  // While it drains, binds are going that the next start must not take for its own.
  if (mode === 'draining') throw conflict(upstream, 'is draining', 'wait until it has stopped');
  switch (what) {
    case 'start':
      if (mode === 'paused') throw conflict(upstream, 'is paused', 'resume it');
      upstream.start();
      return;
    case 'stop':
      upstreams.halt(upstream, 0);
      return;
    case 'drain':
      if (mode !== 'stopped') upstreams.halt(upstream, drainMs);
      return;
    case 'pause':
      if (mode === 'stopped') throw conflict(upstream, 'is stopped', 'there is nothing to pause');
      upstream.pause();
      return;
    case 'resume':
      if (mode === 'stopped') throw conflict(upstream, 'is stopped', 'start it');
      upstream.start();
  }
}

function conflict({ name }: Upstream, what: string, hint: string): Problem {
  return new Problem('conflict', `connector "${name}" ${what}`, { hint });
}

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
