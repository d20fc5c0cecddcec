/** What running systems have in common, sandbox or gateway. */
import type { Gateway } from '@chappe/gateway';
import type { Logger } from 'pino';

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Stops a gateway in order. Where the disk does not answer any more that cannot be: then the process ends here. */
export async function stopGateway(
  gateway: Pick<Gateway, 'stop'>,
  drainMs: number,
  log: Pick<Logger, 'error'>,
): Promise<void> {
  try {
    await gateway.stop({ drainMs });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'CHAPPE_STORE_STALLED') throw error;
    const text = 'the disk does not answer: ended without it; nothing that was acknowledged is lost';
    log.error({ where: 'stop', err: error }, text);
    // A thread that is stuck in a call to the disk keeps a process that exits in order from ending.
    process.kill(process.pid, 'SIGKILL');
  }
}
