import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import type { SmppServer } from '../../src/server/server.ts';
import type { ServerSession } from '../../src/server/server-session.ts';
import { SimulatedClock } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { closeLater, startServer } from './servers.ts';

/** What a user's callbacks threw, and where. */
export type Reported = readonly [where: string, error: unknown];

/** A server in simulated time, and ESMEs that are connected to it in memory. */
export class MemoryServer {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly errors: Reported[] = [];
  server!: SmppServer;

  static async start(options: Partial<ServerOptions> = {}): Promise<MemoryServer> {
    const world = new MemoryServer();
    const operations = options.onMessage === undefined ? {} : { operations: undefined };
    world.server = await startServer({
      clock: world.clock,
      random: () => 0.5,
      onError: (error, where) => world.errors.push([where, error]),
      ...operations,
      ...options,
    });
    return world;
  }

  /** A client that is bound; destroyed after the test. */
  async esme(options: ClientOptions = {}, systemId = 'esme'): Promise<SmppClient> {
    const client = await SmppClient.connect(`smpp://${systemId}:secret@memory`, {
      clock: this.clock,
      reconnect: false,
      enquireLinkMs: 0,
      transport: () => {
        const [ours, theirs] = memoryPair();
        this.server.accept(theirs);
        return ours;
      },
      ...options,
    });
    // While the clock stands nobody is waited for.
    closeLater({ close: async () => client.destroy() });
    return client;
  }

  /** The session that was bound last. */
  get session(): ServerSession {
    const session = [...this.server.sessions].at(-1);
    if (session === undefined) throw new Error('nobody is bound');
    return session;
  }
}
