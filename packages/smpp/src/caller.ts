const told = new WeakSet<Error>();

/**
 * An error that was made elsewhere, by a timer or by what came from the peer, with the frames of those who wait for it:
 * otherwise its stack says nothing of where the mistake may be. To be called in an async function, after its `await`.
 */
export function withCaller(error: unknown): unknown {
  if (!(error instanceof Error) || told.has(error)) return error;
  told.add(error);
  const here = { stack: '' };
  Error.captureStackTrace(here, withCaller);
  const stack = error.stack ?? String(error);
  // The first line is no frame, the second the function that calls this.
  const [, , ...frames] = here.stack.split('\n');
  const callers = frames.filter((frame) => !frame.includes('node:internal/') && !stack.includes(frame));
  error.stack = [stack, ...callers].join('\n');
  return error;
}
