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
  const frames = here.stack.split('\n').filter((frame) => frame.startsWith('    at async '));
  error.stack = [stack, ...frames.filter((frame) => !stack.includes(frame))].join('\n');
  return error;
}
