/** What all requests about one stored message have in common: whose it is, and that they may come twice. */
import type { MessageView } from '@chappe/gateway';
import { accountOf, type Caller, callerKey } from './auth/caller.ts';
import type { Context } from './context.ts';
import { Problem, type ProblemCode } from './problem.ts';
import type { Answer, HeaderDescription } from './route.ts';
import { fingerprint } from './submissions.ts';

/** The header by which a request is done once, for OpenAPI. */
export const idempotencyHeader: HeaderDescription = {
  name: 'Idempotency-Key',
  description:
    'A name of yours for this request. The same key with the same request gets the same answer for 24 hours, and nothing ' +
    'is done twice.',
};

/** Why a request about a message is not taken. */
export const messageProblems: readonly ProblemCode[] = [
  'message_not_found',
  'conflict',
  'full',
  'store_failed',
  'stopping',
  'invalid_idempotency_key',
  'idempotency_key_reused',
  'idempotency_uncertain',
];

/** There is none, or it is another account's. */
export function messageNotFound(): Problem {
  return new Problem('message_not_found', 'there is no message with this id', {
    hint: 'GET /api/v1/messages lists the newest',
  });
}

/** The message to a handset that a caller means; another account's is unknown. Throws a `Problem`. */
export async function ownMessage({ gateway }: Context, id: string, caller: Caller): Promise<MessageView> {
  const view = await gateway.messages.get(id, accountOf(caller));
  if (view === undefined) throw messageNotFound();
  if (view.kind === 'mt') return view;
  throw new Problem('conflict', `this is for messages to handsets, and that one is a ${kinds[view.kind]}`);
}

const kinds = { mo: 'message from a handset', receipt: 'receipt', notice: 'notice' } as const;

/** One request by a caller. */
export interface Asking {
  readonly caller: Caller;
  header(name: string): string | undefined;
}

/** Does what is asked, or gives the answer that the same key got before. `what`: all that tells two requests apart. */
export async function onceFor(
  { idempotency }: Context,
  { caller, header }: Asking,
  what: object,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const key = header('idempotency-key');
  if (key === undefined) return work();
  const answer = await idempotency.once(callerKey(caller), key, fingerprint(what), work);
  // What was done before stands in the audit already.
  return answer.headers?.['idempotency-replayed'] === undefined ? answer : { ...answer, isChange: false };
}
