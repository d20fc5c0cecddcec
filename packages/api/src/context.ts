/** What the routes stand on. */
import type { Clock } from '@chappe/center';
import type { MoForms } from '@chappe/config';
import type { Gateway } from '@chappe/gateway';
import type { Simulation } from '@chappe/sandbox';
import type { AuthOptions } from './auth/keys.ts';
import type { Backups } from './backups.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import type { Metrics } from './metrics.ts';
import type { Turns } from './turns.ts';

/** Given to every route. */
export interface Context {
  readonly gateway: Gateway;
  /** What rules for messages from handsets may do, as it is written. */
  readonly actions: MoForms;
  /** The simulated handsets; undefined: there are none, and no routes about them. */
  readonly simulation: Simulation | undefined;
  /** Of the program. */
  readonly version: string;
  readonly clock: Clock;
  /** Keys that are no account's; undefined: nobody needs one. */
  readonly auth: AuthOptions | undefined;
  readonly idempotency: IdempotencyKeys;
  readonly metrics: Metrics;
  /** Undefined: nothing is kept. */
  readonly backups: Backups | undefined;
  /** Of looking through messages, for those who do so beside a route that takes turns. */
  readonly turns: Turns;
  /** Of sending many messages, however they come. */
  readonly sending: Turns;
  /** When the API began, epoch milliseconds. */
  readonly startedMs: number;
  /** Aborted when the API closes. */
  readonly closing: AbortSignal;
  /** The OpenAPI document, made when first asked for. */
  readonly openapi: () => unknown;
}
