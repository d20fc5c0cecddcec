import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inbox } from './inbox.ts';

/** One request that came in. */
export interface Callback {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it stood, for values that are not UTF-8. */
  readonly rawQuery: string;
}

/** A small HTTP listener that takes callbacks and answers 200 with an empty body. */
export interface CallbackListener {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly requests: Inbox<Callback>;
  close(): Promise<void>;
}

/** Listens on loopback; default on a free port. */
export async function callbackListener(port = 0): Promise<CallbackListener> {
  const requests = new Inbox<Callback>();
  const server = createServer((request, response) => {
    const [path = '', rawQuery = ''] = (request.url ?? '').split('?');
    requests.push({ path, rawQuery, query: new URLSearchParams(rawQuery) });
    request.resume();
    response.setHeader('content-type', 'text/plain');
    response.end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
