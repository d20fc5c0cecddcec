import { readFileSync } from 'node:fs';
import { parseEntry } from '@chappe/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkShape, plainShape } from '../src/body-shape.ts';
import type { Context } from '../src/context.ts';
import { problemCodes } from '../src/index.ts';
import { routesOf } from '../src/routes/all.ts';
import { entryWords } from '../src/routes/entries.ts';
import { flawsOf, type Schema } from './json-schema.ts';
import { type Rig, startRig } from './rig.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Schema }[];
  readonly requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

interface Document {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly tags: readonly { name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, Schema>; examples: Record<string, object> };
}

const ofSandbox = [
  'DELETE /api/v1/messages',
  'DELETE /api/v1/phones',
  'DELETE /api/v1/phones/{msisdn}/messages',
  'GET /',
  'GET /api/v1',
  'GET /api/v1/events',
  'GET /api/v1/info',
  'GET /api/v1/messages',
  'GET /api/v1/messages/export',
  'GET /api/v1/messages/wait',
  'GET /api/v1/messages/{id}',
  'GET /api/v1/phones',
  'GET /api/v1/phones/{msisdn}/messages',
  'GET /api/v1/sessions',
  'GET /docs',
  'GET /docs/{file}',
  'GET /livez',
  'GET /metrics',
  'GET /openapi.json',
  'GET /readyz',
  'POST /api/v1/messages',
  'POST /api/v1/messages/batch',
  'POST /api/v1/phones/{msisdn}/messages',
  'PUT /api/v1/phones/{msisdn}/state',
];

/** Their answers are held against the document in every test that has a managed rig. */
const ofGateway = [
  'GET /accounts',
  ...['GET', 'PUT', 'DELETE'].map((method) => `${method} /accounts/{name}`),
  'POST /accounts/{name}/suspend',
  'POST /accounts/{name}/resume',
  'GET /connectors',
  ...['GET', 'PUT', 'DELETE'].map((method) => `${method} /connectors/{name}`),
  ...['start', 'stop', 'drain', 'pause', 'resume', 'test'].map((what) => `POST /connectors/{name}/${what}`),
  'GET /routes',
  'PUT /routes/{name}',
  'DELETE /routes/{name}',
  'POST /estimate',
  'POST /decode',
  'POST /encode',
  'POST /routes/test',
  'POST /routes/replay',
  'GET /audit',
  'GET /mo-routes',
  'PUT /mo-routes/{name}',
  'DELETE /mo-routes/{name}',
  'GET /webhooks',
  'PUT /webhooks/{name}',
  'DELETE /webhooks/{name}',
  'GET /webhooks/{name}/deliveries',
  'POST /webhooks/{name}/deliveries/{id}/redeliver',
  'POST /webhooks/{name}/test',
  'POST /webhooks/{name}/enable',
  'DELETE /sessions/{id}',
  'GET /receipts/unmatched',
  'POST /receipts/unmatched/rematch',
  'DELETE /receipts/unmatched/{id}',
  'GET /ledger/{account}',
  'GET /ledger/{account}/entries',
  'POST /ledger/{account}/credits',
  'GET /ledger/check',
  'GET /records',
  'GET /trace',
  'GET /refusals',
  'GET /held',
  'POST /held/{id}/release',
  'POST /held/release',
  ...['cancel', 'replace', 'retry', 'receipt'].map((what) => `POST /messages/{id}/${what}`),
  'POST /receipts/replay',
  'GET /opt-outs',
  'PUT /opt-outs/{handset}',
  'DELETE /opt-outs/{handset}',
  'GET /pumping',
  'DELETE /pumping/{account}/{prefix}',
  'GET /config',
  'POST /backup',
  'GET /backup',
].map((operation) => operation.replace(' /', ' /api/v1/'));

let rig: Rig;
let document: Document;
let operations: (Operation & { path: string; method: string })[];
beforeAll(async () => {
  rig = await startRig();
  document = (await rig.get('/openapi.json')).json;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  );
});
afterAll(() => rig.close());

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1 with every route', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Chappe', version: '1.2.3' });
    const named = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(named.sort()).toEqual([...ofSandbox, ...ofGateway].sort());
  });

  it('names every operation once, with summary, known tag and path parameters', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    const tags = document.tags.map(({ name }) => name);
    for (const { path, summary, tags: own, parameters = [] } of operations) {
      expect(summary).not.toBe('');
      expect(own.every((tag) => tags.includes(tag))).toBe(true);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required)).toBe(true);
      for (const { schema } of parameters) expect(schema.type).toMatch(/^(string|integer|number)$/);
    }
  });

  it('describes every answer, success and problem', () => {
    for (const { operationId, responses, method, requestBody } of operations) {
      const statuses = Object.keys(responses);
      expect(
        statuses.some((status) => status.startsWith('2')),
        operationId,
      ).toBe(true);
      for (const [status, { description, content = {} }] of Object.entries(responses)) {
        expect(description).not.toBe('');
        const type =
          Number(status) < 400
            ? /^(application\/json|text\/plain|text\/csv|text\/html|text\/javascript|text\/css|application\/jsonl|text\/event-stream)$/
            : /^application\/problem\+json$/;
        if (status === '204') expect(content).toEqual({});
        else expect(Object.keys(content).length).toBeGreaterThan(0);
        for (const key of Object.keys(content)) expect(key).toMatch(type);
      }
      expect(statuses).toEqual(expect.arrayContaining(['400', '403', '500']));
      if (method === 'get' || method === 'delete') expect(requestBody, operationId).toBeUndefined();
      if (method === 'put') expect(requestBody, operationId).toBeDefined();
    }
  });

  it('has no reference that leads nowhere and no schema that nobody refers to', () => {
    const text = JSON.stringify(document);
    const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? ''));
    for (const target of references) {
      const [, kind = '', name = ''] = /^#\/components\/(schemas|examples)\/(\w+)$/.exec(target) ?? [];
      expect(Object.keys(document.components[kind as 'schemas'] ?? {}), target).toContain(name);
    }
    for (const name of Object.keys(document.components.schemas)) {
      expect(references, name).toContain(`#/components/schemas/${name}`);
    }
    expect(text).not.toMatch(/"\$(schema|id)"/);
  });

  it('describes every field of requests', () => {
    for (const name of ['Submission', 'PhoneSubmission']) {
      const { properties = {}, additionalProperties } = document.components.schemas[name] ?? {};
      expect(additionalProperties).toBe(false);
      expect(Object.keys(properties).length).toBeGreaterThan(3);
    }
  });

  it('knows every code of a problem', () => {
    const text = JSON.stringify(document.paths);
    // These come before there is a route, or without one.
    const elsewhere = ['unknown_route', 'method_not_allowed'];
    for (const code of problemCodes) if (!elsewhere.includes(code)) expect(text).toContain(`${code}: `);
  });

  it('tells the truth: real answers are as described', async () => {
    const long = await rig.submit('447700900001', 'x'.repeat(200), { clientReference: 'r' });
    await rig.until(long, 'delivered');
    await rig.put('/api/v1/phones/447700900002/state', { state: 'off' });
    const seen = new Set<string>();
    const check = async (operationId: string, answer: ReturnType<Rig['get']>): Promise<void> => {
      const { status, json, headers } = await answer;
      const operation = operations.find((one) => one.operationId === operationId);
      const type = String(headers['content-type']).split(';', 1)[0] ?? '';
      const schema = operation?.responses[status]?.content?.[type]?.schema;
      expect(schema, `${operationId} ${status} ${type}`).toBeDefined();
      expect(flawsOf(json, schema ?? {}, document.components.schemas), operationId).toEqual([]);
      if (status < 400) seen.add(operationId);
    };
    const messages = '/api/v1/messages';
    await check('submitMessage', rig.post(messages, { to: '447700900001', text: 'x' }));
    await check('submitMessage', rig.post(messages, { to: ['447700900001', '447705550006'], text: 'x' }));
    await check('submitMessage', rig.post(messages, { too: 1 }));
    await check('submitMessage', rig.post(messages, { to: '447705550006', text: 'x' }));
    await check(
      'submitBatch',
      rig.post(`${messages}/batch`, { messages: [{ to: '447700900001', text: 'x' }, 1] }),
    );
    await check('submitBatch', rig.post(`${messages}/batch`, { messages: [1] }));
    await check('searchMessages', rig.get(messages));
    await check('searchMessages', rig.get(`${messages}?limit=x`));
    await check('getMessage', rig.get(`${messages}/${long}`));
    await check('getMessage', rig.get(`${messages}/nothing`));
    await check('waitForMessage', rig.get(`${messages}/wait?to=447700900001`));
    await check('waitForMessage', rig.get(`${messages}/wait?to=1&timeout=1ms`));
    await check(
      'sendFromPhone',
      rig.post('/api/v1/phones/447700900001/messages', { to: '60100', text: 'x' }),
    );
    await check('getInbox', rig.get('/api/v1/phones/447700900001/messages'));
    await check('setPhoneState', rig.put('/api/v1/phones/447700900002/state', { state: 'on' }));
    await check('listPhones', rig.get('/api/v1/phones'));
    await check('listSessions', rig.get('/api/v1/sessions'));
    await check('info', rig.get('/api/v1/info'));
    await check('livez', rig.get('/livez'));
    await check('readyz', rig.get('/readyz'));
    await check('openapi', rig.get('/openapi.json'));
    await check('index', rig.get('/'));
    await check('apiIndex', rig.get('/api/v1'));
    const del = async (url: string): ReturnType<Rig['get']> => rig.get(url, { method: 'DELETE' });
    await check('forgetMessages', del(messages));
    for (const url of ['/api/v1/phones', '/api/v1/phones/1/messages'])
      expect((await del(url)).status).toBe(204);
    const expected = operations.filter(({ method, path }) =>
      ofSandbox.includes(`${method.toUpperCase()} ${path}`),
    );
    expect(
      [
        ...seen,
        'metrics',
        'streamEvents',
        'exportMessages',
        'docs',
        'docsFile',
        'clearInbox',
        'switchPhonesOn',
      ].sort(),
    ).toEqual(expected.map(({ operationId }) => operationId).sort());
  });
});

describe('docs/http-api.md', () => {
  const page = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');

  it('has every route, every field and every code of a problem', () => {
    for (const { method, path, parameters = [] } of operations) {
      expect(page).toContain(`\`${method.toUpperCase()} ${path}\``);
      for (const { name } of parameters) expect(page, `${path} ${name}`).toContain(name);
    }
    for (const field of Object.keys(document.components.schemas.Submission?.properties ?? {})) {
      expect(page).toContain(`\`${field}\``);
    }
    for (const code of problemCodes) expect(page).toContain(`\`${code}\``);
  });
});

describe('the schema checker of these tests', () => {
  it('finds flaws', () => {
    const schema: Schema = {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
      required: ['a'],
      additionalProperties: false,
    };
    expect(flawsOf({ a: 1, b: null }, schema, {})).toEqual([]);
    expect(flawsOf({ a: 1.5, b: 2, c: 3 }, schema, {})).toHaveLength(3);
    expect(flawsOf({}, schema, {})).toHaveLength(1);
    expect(() => flawsOf(1, { allOf: [] } as Schema, {})).toThrow(/allOf/);
  });

  it('has a server, security for each operation, and a body of each kind that is right', async () => {
    const { servers } = document as unknown as { servers: { url: string }[] };
    expect(servers).toHaveLength(1);
    for (const { path, security } of operations) expect(security, path).toBeDefined();
    const context = { gateway: {}, simulation: {}, turns: {}, clock: {} } as unknown as Context;
    const withBody = routesOf(context).filter(({ body }) => body !== undefined);
    expect(withBody.length).toBeGreaterThan(14);
    for (const { operationId, body, bodyShape = plainShape, example } of withBody) {
      expect(example, operationId).toBeDefined();
      checkShape(example, bodyShape);
      expect(body?.safeParse(example).error, operationId).toBeUndefined();
    }
  });

  it.each(entryWords.map(({ kind, example }) => [kind, example] as const))(
    'the entry %s is one',
    async (kind, example) => {
      const name = kind === 'account' ? { systemId: 'x' } : { name: 'x' };
      const parsed = await parseEntry(kind, { ...example, ...name }, { hashPassword: async () => 'x' });
      expect(parsed.ok ? [] : parsed.flaws).toEqual([]);
    },
  );
});
