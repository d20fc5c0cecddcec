/** A gateway as it stands in production: accounts, an upstream that is another Chappe, routes, keys. */

import { createHash } from 'node:crypto';
import { type Clock, MemoryControl, MemoryStore, systemClock } from '@chappe/center';
import { Gateway } from '@chappe/gateway';
import type { GatewaySettings } from '@chappe/policy';
import { type Sandbox, Simulation, startSandbox } from '@chappe/sandbox';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { patient } from '../../../test/support/patience.ts';
import { type ApiOptions, buildApi } from '../src/index.ts';
import { flawsOf, type Schema } from './json-schema.ts';
import type { Answered } from './rig.ts';

/** Keys of the tests. */
export const keys = {
  admin: 'admin-key-0123456789',
  acme: 'acme-key-0123456789',
  bank: 'bank-key-0123456789',
} as const;

/** SHA-256 of a key. */
export function keyHash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** A hash that no password has. */
export const someHash: string = `scrypt$1024$8$1$${'c2Fs'.repeat(4)}$${'a2V5'.repeat(8)}`;

/** What the tests start with. */
export function settingsFor(port: number): GatewaySettings {
  return {
    accounts: [
      {
        systemId: 'acme',
        passwordHash: someHash,
        apiKeyHash: keyHash(keys.acme),
        tags: ['vip'],
        credit: { mode: 'prepaid', perDay: 500_000_000 },
      },
      { systemId: 'bank', passwordHash: someHash, apiKeyHash: keyHash(keys.bank) },
    ],
    connectors: [
      { name: 'op-a', host: '127.0.0.1', port, systemId: 'us', password: 'op-hush', window: 20 },
      { name: 'op-b', host: '127.0.0.1', port, systemId: 'us', password: 'op-hush', paused: true },
    ],
    routes: [
      { name: 'held', to: ['4499'], action: { kind: 'hold' } },
      {
        name: 'uk',
        to: ['44'],
        action: { kind: 'via', groups: [[{ connector: 'op-a' }], [{ connector: 'op-b' }]] },
        price: { perSegment: 10_000 },
      },
      { name: 'vip', tags: ['vip'], to: ['33'], action: { kind: 'reject', status: 0x45 } },
    ],
    mo: [{ name: 'to-acme', action: { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' } }],
    webhooks: [
      {
        name: 'hook',
        url: 'https://hooks.example/x',
        secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
      },
    ],
    filters: { duplicates: { windowMs: 1_000, most: 1_000 } },
    pumping: { sequential: 50, action: 'stop' },
  };
}

/** Time that goes a hundred times as fast where somebody waits for it: wrong keys are answered after seconds. */
const hurriedClock: Clock = {
  nowMs: () => systemClock.nowMs(),
  monotonicMs: () => systemClock.monotonicMs(),
  setTimer: (run, delayMs) => systemClock.setTimer(run, delayMs / 100),
};

/** A call by somebody. */
export type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answered>;

/** All of it. */
export interface ManagedRig {
  readonly app: FastifyInstance;
  readonly gateway: Gateway;
  /** The operator. */
  readonly upstream: Sandbox;
  readonly control: MemoryControl;
  /** Asks with a key; undefined: with none. */
  as(key: string | undefined): Ask;
  /** Asks as an admin. */
  readonly admin: Ask;
  /** Waits until something holds; a second of turns of the event loop at most. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

type Truth = (method: string, url: string, status: number, type: string, json: unknown) => void;

interface Body {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface Described {
  readonly responses: Record<string, { readonly content?: Record<string, Body> }>;
}

/** Throws when an answer is not as the OpenAPI document has it. */
async function describedBy(app: FastifyInstance): Promise<Truth> {
  const document = (await app.inject('/openapi.json')).json() as {
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, Schema> };
  };
  // Paths without parameters first: as the server, /routes/test is not a route named test.
  const paths = Object.entries(document.paths)
    .map(([path, methods]) => ({
      path,
      methods,
      pattern: new RegExp(`^${path.replaceAll(/[{]\w+[}]/g, '[^/]+')}$`),
    }))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  return (method, url, status, type, json) => {
    const path = url.split('?', 1)[0] ?? '';
    const found = paths.find(({ pattern, methods }) => pattern.test(path) && method.toLowerCase() in methods);
    if (found === undefined) throw new Error(`${method} ${path} is not described`);
    const answer = found.methods[method.toLowerCase()]?.responses[status];
    const where = `${method} ${found.path} ${status}`;
    if (answer === undefined) throw new Error(`${where} is not described`);
    if (status === 204) return;
    const schema = answer.content?.[type]?.schema;
    if (status >= 400) {
      const { code } = json as { code: string };
      if (!(code in (answer.content?.[type]?.examples ?? {})))
        throw new Error(`${where} ${code} is not described`);
    }
    if (schema === undefined) throw new Error(`${where} ${type} is not described`);
    if (!/json$/.test(type)) return;
    const flaws = flawsOf(json, schema, document.components.schemas);
    if (flaws.length > 0) throw new Error(`${where}: ${flaws.join('; ')}`);
  };
}

/** Starts it all. */
export async function startManaged(
  options: Partial<ApiOptions> & {
    readonly clock?: Clock;
    readonly change?: (given: GatewaySettings) => GatewaySettings;
  } = {},
): Promise<ManagedRig> {
  const { change = (given) => given, ...api } = options;
  const upstream = await startSandbox({ handsets: { delayMs: [0, 1] }, smpp: { systemId: 'operator' } });
  const control = new MemoryControl();
  const simulation = new Simulation();
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    control,
    settings: change(settingsFor(upstream.port)),
    smpp: { port: 0 },
    outlets: simulation,
  });
  const app = buildApi({
    gateway,
    simulation,
    version: '1.2.3',
    clock: hurriedClock,
    auth: { adminKeyHashes: [keyHash('another-admin-key'), keyHash(keys.admin)] },
    ...api,
  });
  let truth: Truth | undefined;
  const as: ManagedRig['as'] = (key) => async (method, url, body, headers) => {
    const request: InjectOptions = {
      method,
      url: url.startsWith('/') ? url : `/api/v1/${url}`,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    };
    const response = await app.inject(request);
    const type = String(response.headers['content-type'] ?? '');
    const json = /json(;|$)/.test(type) && response.body !== '' ? JSON.parse(response.body) : undefined;
    truth ??= await describedBy(app);
    truth(method, request.url as string, response.statusCode, type.split(';', 1)[0] ?? '', json);
    return { status: response.statusCode, headers: response.headers, text: response.body, json };
  };
  return {
    app,
    gateway,
    upstream,
    control,
    as,
    admin: as(keys.admin),
    until: async (holds) => {
      const endMs = Date.now() + patient(10_000);
      while (!(await holds())) {
        if (Date.now() > endMs) throw new Error('it never came');
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    close: async () => {
      await app.close();
      await gateway.stop({ drainMs: 100 });
      await upstream.close();
    },
  };
}
