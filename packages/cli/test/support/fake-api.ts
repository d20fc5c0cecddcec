/** An HTTP server that answers what it is told to, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request. */
export interface Asked {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

/** An answer: a status with a body, or a function that writes it. */
export type Answer =
  | { readonly status?: number; readonly body?: unknown }
  | ((response: ServerResponse, asked: Asked) => void);

/** A running one. */
export interface FakeApi {
  readonly url: string;
  readonly asked: Asked[];
  /** Answers by `GET /api/v1/accounts`; without the query. */
  answers: { [methodAndPath: string]: Answer };
  /** Method and URL of all requests since the last call. */
  calls(): string[];
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

const nothing: Answer = {
  status: 404,
  body: { code: 'unknown_route', detail: 'there is nothing at this path' },
};

/** Starts one on a free port. */
export async function startFakeApi(): Promise<FakeApi> {
  const asked: Asked[] = [];
  const api = { answers: {} as FakeApi['answers'] };
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const one = { method, url, key: request.headers.authorization, body: await bodyOf(request) };
    asked.push(one);
    const answer = api.answers[`${method} ${url.split('?')[0]}`] ?? nothing;
    if (typeof answer === 'function') {
      answer(response, one);
      return;
    }
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(api, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    calls: () => asked.splice(0).map(({ method, url }) => `${method} ${url}`),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
