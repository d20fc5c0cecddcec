/** What a running system has in common, sandbox or gateway. */
import type { Gateway } from '@chappe/gateway';
import type { Logger } from 'pino';

/** Who comes and goes: sessions of accounts, binds to operators. Alarms are warnings. */
export function logEvents(gateway: Pick<Gateway, 'events'>, log: Logger): void {
  gateway.events.subscribe((event) => {
    if (event.kind === 'upstream') {
      const { connector, what, detail } = event;
      log.info({ connector, detail }, `${connector} ${what}`);
    }
    if (event.kind === 'pumping') log.warn({ alarm: event.alarm }, 'messages look made up');
    if (event.kind !== 'bound' && event.kind !== 'closed') return;
    const { id, account, bind, version, address, port, tls } = event.session;
    const reason = event.kind === 'closed' ? { reason: event.reason } : {};
    log.info({ session: id, account, bind, smpp: version, address, port, tls, ...reason }, event.kind);
  });
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
