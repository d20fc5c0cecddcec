import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import type { SmppServer } from '../../src/server/server.ts';
import { closeLater, startServer } from './servers.ts';

/** A client bound to a server of its own, both closed after the test. */
export async function clientAndServer(
  client: ClientOptions = {},
  server: Partial<ServerOptions> = {},
): Promise<{ readonly client: SmppClient; readonly server: SmppServer }> {
  const mc = await startServer(server);
  const esme = closeLater(await SmppClient.connect(`smpp://esme:secret@127.0.0.1:${mc.port}`, client));
  return { client: esme, server: mc };
}
