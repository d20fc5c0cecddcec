/** Answers that are a stream of events, for as long as the caller reads. */
import type { Caller } from './auth/caller.ts';
import type { Context } from './context.ts';
import { EventStream } from './event-stream.ts';
import { Problem } from './problem.ts';
import type { Answer } from './route.ts';
import type { Shares } from './shares.ts';

/** Whom it is for. */
export interface Reader {
  readonly caller: Caller;
  /** Asked every 15 seconds; then no more than that is told to who may not hear it any more. */
  readonly isStillAllowed: () => boolean;
  /** Places of readers. */
  readonly places: Shares;
}

/**
 * The answer with a stream that `begin` has connected to what happens; what that returns disconnects it, once the caller
 * has gone away. Throws a `Problem` when there is no place, when the server is being stopped, and as `begin` does.
 */
export function liveAnswer(
  { clock, closing }: Pick<Context, 'clock' | 'closing'>,
  { caller, isStillAllowed, places }: Reader,
  begin: (stream: EventStream) => () => void,
): Answer {
  if (closing.aborted) throw new Problem('stopping', 'the server is being stopped');
  const leave = places.take(caller);
  if (leave === undefined) {
    throw new Problem('full', 'all places of readers that this caller may have are taken', {
      hint: 'end some; GET /api/v1/messages tells what has become of messages too',
    });
  }
  const stream = new EventStream(clock, isStillAllowed);
  let stop: () => void;
  try {
    stop = begin(stream);
  } catch (error) {
    leave();
    stream.destroy();
    throw error;
  }
  const end = (): void => stream.end();
  closing.addEventListener('abort', end);
  stream.once('close', () => {
    leave();
    stop();
    closing.removeEventListener('abort', end);
  });
  return {
    status: 200,
    body: stream,
    type: 'text/event-stream; charset=utf-8',
    // Buffering proxies would hold events back until there are many.
    headers: { 'x-accel-buffering': 'no' },
  };
}
