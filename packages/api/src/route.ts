/** A route as data: what it takes, what it answers, and the function between. OpenAPI is made of the same data. */
import type { z } from 'zod';
import type { Access, Caller } from './auth/caller.ts';
import type { BodyLines } from './body-lines.ts';
import type { BodyShape } from './body-shape.ts';
import type { ProblemCode } from './problem.ts';

/** A request whose parts have been checked. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body instead, where it comes as lines; `body` is undefined then. */
  readonly lines: BodyLines | undefined;
  /** Value of a request header; undefined when it is missing. */
  header(name: string): string | undefined;
  /** Aborted when the caller goes away or the API closes. */
  readonly signal: AbortSignal;
  /** Who calls: an account sees and does only what is its own. */
  readonly caller: Caller;
  /** Whether the same request would be let in now: for answers that last. */
  isStillAllowed(): boolean;
}

/** What a handler returns. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON, unless `type` says otherwise; undefined for 204. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Content type of a body that is no object; default that of JSON, for strings too. */
  readonly type?: string | undefined;
  /** Names of the fields that a change has changed, for the audit: never values. */
  readonly changed?: readonly string[] | undefined;
  /** False: this time nothing was changed, and the audit has no line of it. */
  readonly isChange?: false | undefined;
  /** Called when the answer has left, or the caller has gone away. */
  readonly done?: (() => void) | undefined;
}

/** One kind of success, for OpenAPI. */
export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType | undefined;
  /** Default application/json. */
  readonly type?: string | undefined;
  /** Of streams: the named schema of each event. */
  readonly eachIs?: string | undefined;
  /** Others that the same route answers with when it is asked to. */
  readonly otherTypes?: readonly string[] | undefined;
  /** Bodies that are no JSON as they may come, by their types, for OpenAPI. */
  readonly examples?: Readonly<Record<string, string>> | undefined;
}

/** A body that may come as lines too, for OpenAPI. */
export interface LinesDescription {
  /** The named schema of each line. */
  readonly eachIs: string;
  /** Lines as one would send them. */
  readonly example: string;
}

/** One request header that a route reads, for OpenAPI. */
export interface HeaderDescription {
  readonly name: string;
  readonly description: string;
}

/** A route. */
export interface Route<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for parameters. */
  readonly path: string;
  /** Name of the operation in OpenAPI; unique. */
  readonly operationId: string;
  readonly tag: string;
  /** Who may call it; default `manage`: only an admin. */
  readonly access?: Access | undefined;
  /** Whether the key of an account may too, for what is its own. Default false. */
  readonly isForAccounts?: boolean | undefined;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly params?: z.ZodType<Params> | undefined;
  /** Without one, any query parameter is refused. */
  readonly query?: z.ZodType<Query> | undefined;
  readonly body?: z.ZodType<Body> | undefined;
  /** A body as one would send it, for OpenAPI. */
  readonly example?: unknown;
  /** Bounds of the body; default those of a request with some keys and a list of a thousand. */
  readonly bodyShape?: BodyShape | undefined;
  /** The body may come as lines instead, any number of them. Default: it may not. */
  readonly lines?: LinesDescription | undefined;
  readonly headers?: readonly HeaderDescription[] | undefined;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** It reads or writes many messages: callers take turns, and read their answers before they get more. Default false. */
  readonly takesTurns?: boolean | undefined;
  /**
   * False: nothing is changed, or it is told elsewhere, as messages are. operators: what accounts do with their own messages
   * is told by those. Default: what is no GET stands in the audit.
   */
  readonly isAudited?: false | 'operators' | undefined;
  /** Those beyond what every route may answer. */
  readonly problems?: readonly ProblemCode[] | undefined;
  /** Throws `Problem`, or what `problemOfError` understands. */
  handle(call: Call<Params, Query, Body>): Answer | Promise<Answer>;
}

/** Names the types of a route after its schemas. */
export function route<Params, Query, Body>(definition: Route<Params, Query, Body>): Route {
  return definition as Route;
}
