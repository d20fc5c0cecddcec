import { afterEach } from 'vitest';
import type { ServerOptions } from '../../src/server/options.ts';
import { SmppServer } from '../../src/server/server.ts';

const open: { close(options?: { drainMs?: number }): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close({ drainMs: 0 })));
});

/** A server on a free port that lets everyone in and numbers their messages; closed after the test. */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<SmppServer> {
  let count = 0;
  const server = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: { submit_sm: () => ({ message_id: `m${++count}` }) },
    ...options,
  });
  open.push(server);
  return server;
}

/** Closes a client, or anything else, after the test. */
export function closeLater<T extends { close(options?: { drainMs?: number }): Promise<void> }>(thing: T): T {
  open.push(thing);
  return thing;
}
