/**
 * A door: another product's way of handing in messages, for programs that are to change the host name and nothing else.
 * It reads and answers as that product does, and hands what it has read to the one inlet, where accounts, limits, routes
 * and money are what they are for everybody. It is no part of this API's own contract: its paths are not in OpenAPI, its
 * answers are no problems.
 */
import type { Clock } from '@chappe/center';
import type { Gateway } from '@chappe/gateway';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestBodies } from '../request-bodies.ts';
import type { Turns } from '../turns.ts';

/** What a door stands on. */
export interface DoorContext {
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly bodies: RequestBodies;
  /** Of sending to many numbers. */
  readonly sending: Turns;
  /** Where a caller is, behind whatever proxy. */
  readonly addressOf: (request: FastifyRequest) => string;
  /** Aborted when the API closes. */
  readonly closing: AbortSignal;
}

/** Adds the paths of a door. */
export type Door = (app: FastifyInstance, context: DoorContext) => void;
