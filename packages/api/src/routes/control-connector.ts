/** POST /api/v1/connectors/{name}/start, /stop, /drain, /pause and /resume. */
import { connectorView, type Upstream } from '@chappe/gateway';
import type { Context } from '../context.ts';
import { upstreamNamed } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { connectorDetailBody, connectorDetailOf } from '../schemas/connector.ts';
import { namePath } from '../schemas/entry.ts';

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
