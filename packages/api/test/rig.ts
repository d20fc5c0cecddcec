/** An API over a real gateway in memory: every request of a test goes the whole way. */

import type { AddressInfo } from 'node:net';
import type { Clock } from '@chappe/center';
import { type HandsetOptions, type Sandbox, startSandbox } from '@chappe/sandbox';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { type ApiOptions, buildApi } from '../src/index.ts';

/** An answer, its body read as JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as a client in plain JavaScript would
  readonly json: any;
}

/** The API and what it stands on. */
export interface Rig {
  readonly app: FastifyInstance;
  readonly box: Sandbox;
  get(url: string, options?: InjectOptions): Promise<Answered>;
  post(url: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  put(url: string, body: unknown): Promise<Answered>;
  /** Submits a text and gives the id. */
  submit(to: string, text: string, more?: object): Promise<string>;
  /** Waits until a message is in that state. */
  until(id: string, state: string): Promise<Answered>;
  /** Listens on a free port and gives the URL; the second time, the same one. */
  listen(): Promise<URL>;
  close(): Promise<void>;
}

/** Starts a rig. Handsets answer at once. */
export async function startRig(
  options: Partial<ApiOptions> & { readonly handsets?: HandsetOptions; readonly gatewayClock?: Clock } = {},
): Promise<Rig> {
  const { handsets, gatewayClock, ...api } = options;
  const box = await startSandbox({
    handsets: { delayMs: [0, 1], ...handsets },
    ...(gatewayClock === undefined ? {} : { clock: gatewayClock }),
  });
  const app = buildApi({ gateway: box.gateway, simulation: box.simulation, version: '1.2.3', ...api });
  const inject = async (request: InjectOptions): Promise<Answered> => {
    const response = await app.inject(request);
    const type = String(response.headers['content-type'] ?? '');
    const json = /json(;|$)/.test(type) && response.body !== '' ? JSON.parse(response.body) : undefined;
    return { status: response.statusCode, headers: response.headers, text: response.body, json };
  };
  const send = (
    method: 'POST' | 'PUT',
    url: string,
    body: unknown,
    headers: object = {},
  ): Promise<Answered> => {
    const payload = typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body);
    return inject({ method, url, payload, headers: { 'content-type': 'application/json', ...headers } });
  };
  const post: Rig['post'] = (url, body, headers) => send('POST', url, body, headers);
  return {
    app,
    box,
    get: (url, more) => inject({ method: 'GET', url, ...more }),
    post,
    put: (url, body) => send('PUT', url, body),
    submit: async (to, text, more) => {
      const { status, json } = await post('/api/v1/messages', { to, text, ...more });
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(json)}`);
      return json.id;
    },
    until: (id, state) => inject({ method: 'GET', url: `/api/v1/messages/wait?q=id:${id}&state=${state}` }),
    listen: async () => {
      const { server } = app;
      if (!server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = server.address() as AddressInfo;
      return new URL(`http://127.0.0.1:${port}`);
    },
    close: async () => {
      await app.close();
      await box.close();
    },
  };
}

/** A clock that stands until it is moved; its timers never ring. */
export class StandingClock implements Clock {
  ms = 0;

  nowMs(): number {
    return Date.UTC(2026, 6, 20, 12) + this.ms;
  }

  monotonicMs(): number {
    return this.ms;
  }

  setTimer(): () => void {
    return () => undefined;
  }
}

/** A clock that stands until it is moved, and then rings what falls due. */
export class SteppedClock extends StandingClock {
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  override setTimer(run: () => void = () => undefined, delayMs: number = 0): () => void {
    const timer = { atMs: this.ms + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on; whatever falls due rings at its time, in order. */
  advance(ms: number): void {
    const untilMs = this.ms + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.ms = Math.max(this.ms, next.atMs);
      next.run();
    }
    this.ms = untilMs;
  }
}
