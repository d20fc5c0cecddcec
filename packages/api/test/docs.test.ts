/** What docs/http-api.md prints is so: every call is made, and every answer has what is shown of it. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

const guide = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');

interface Example {
  readonly section: string;
  readonly command: string;
  readonly shown: string;
}

/** All calls with what is printed below them, in the order of the guide. */
function examples(): Example[] {
  const found: Example[] = [];
  let section = '';
  for (const [, title, block = ''] of guide.matchAll(/^#+ (.+)$|^```\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) section = title;
    // A line that ends in a backslash goes on in the next one.
    const lines = block.replaceAll(/\\\n\s*/g, '').split('\n');
    for (const [at, line] of lines.entries()) {
      if (!line.startsWith('$ curl ')) continue;
      const end = lines.findIndex((other, index) => index > at && other.startsWith('$ '));
      const shown = lines.slice(at + 1, end < 0 ? undefined : end).join(' ');
      found.push({ section, command: line.slice('$ curl '.length), shown });
    }
  }
  return found;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Reads the arguments of curl as a shell would. */
function callOf(command: string, ids: ReadonlyMap<string, string>): Call {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let body: string | undefined;
  let url = '';
  const rest = words.values();
  for (const word of rest) {
    if (word === '-X') method = rest.next().value;
    else if (word === '-d') body = rest.next().value;
    else if (word === '-H' && rest.next().value === '$J') headers['content-type'] = 'application/json';
    else if (word === '-H') headers.authorization = `Bearer ${keys.admin}`;
    else if (word !== '-i' && word !== '-N') url = word;
  }
  let path = url.replace('$H', '/api/v1').replace('http://127.0.0.1:8080', '');
  for (const [shown, real] of ids) path = path.replace(shown, real);
  return {
    method: (method ?? (body === undefined ? 'GET' : 'POST')) as Call['method'],
    url: path,
    headers,
    body,
  };
}

/** What is shown, without what it leaves out. */
function jsonOf(shown: string): unknown {
  const text = shown.replace(/^.*?(?=[{[])/, '').replaceAll(/,? ?\.\.\. ?(?=[}\]])|\.\.\. ?,/g, '');
  return text === '' || !text.startsWith('{') ? undefined : JSON.parse(text);
}

/** Words that are for programs or tell what to do: these are the same, whatever was sent. */
const literal = new Set(['code', 'detail', 'title', 'field', 'commandStatus', 'kind', 'coding', 'way']);

/** Throws unless all that is shown is there; ids that are shown stand for real ones from now on. */
function hasAll(shown: unknown, real: unknown, ids: Map<string, string>, path: string): void {
  if (Array.isArray(shown)) {
    expect(Array.isArray(real), path).toBe(true);
    const [first] = shown;
    const items = real as unknown[];
    if (first !== undefined && items.length > 0) hasAll(first, items[0], ids, `${path}[0]`);
    return;
  }
  if (typeof shown === 'object' && shown !== null) {
    expect(typeof real === 'object' && real !== null, `${path} is ${JSON.stringify(real)}`).toBe(true);
    for (const [key, value] of Object.entries(shown)) {
      expect(real, path).toHaveProperty([key]);
      hasAll(value, (real as Record<string, unknown>)[key], ids, `${path}.${key}`);
    }
    return;
  }
  const key = path.slice(path.lastIndexOf('.') + 1);
  if (key === 'id' && typeof shown === 'string' && typeof real === 'string') ids.set(shown, real);
  if (literal.has(key) && typeof shown === 'string') expect(real, path).toBe(shown);
}

const ofSandbox = guide.indexOf('# Running the gateway');
const operation = guide.indexOf('\n# Operation');

describe('docs/http-api.md', () => {
  let sandbox: Rig;
  let managed: ManagedRig;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    sandbox = await startRig();
    managed = await startManaged({
      change: (given) => ({
        ...given,
        filters: undefined,
        accounts: given.accounts.map((account) => ({ ...account, tags: ['vip'] })),
      }),
    });
    await managed.admin('POST', 'ledger/acme/credits', { amount: '10' });
    await managed.as(keys.acme)('POST', 'messages', { to: '449900000001', from: 'ACME', text: 'Hello' });
    await managed.as(keys.acme)('POST', 'messages', { to: '447700900001', from: 'ACME', text: 'Hello' });
  });
  afterAll(async () => {
    await sandbox.close();
    await managed.close();
  });

  // What they need is not there in a test.
  const statuses: Readonly<Record<string, number>> = {
    'DELETE /api/v1/receipts/unmatched': 404,
    'DELETE /api/v1/pumping': 404,
    'DELETE /api/v1/sessions': 404,
  };

  const all = examples();

  it('has many calls', () => expect(all.length).toBeGreaterThan(45));

  it.each(all)('$section: $command', async ({ section, command, shown }) => {
    const place = guide.indexOf(command.slice(0, 30));
    const isManaged = (place > ofSandbox && place < operation) || section === 'Who may call';
    const app: FastifyInstance = isManaged ? managed.app : sandbox.app;
    const { method, url, headers, body } = callOf(command, ids);
    // A stream does not end.
    if (/\/(events|trace)\b/.test(url)) return;
    const quick = url.replace(/timeout=\d+$/, 'timeout=5');
    const response = await app.inject({
      method,
      url: quick,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    const expected = jsonOf(shown) as { readonly status?: unknown } | undefined;
    const known = Object.entries(statuses).find(([start]) => `${method} ${url}`.startsWith(start))?.[1];
    const status = known ?? (typeof expected?.status === 'number' ? expected.status : undefined);
    if (status !== undefined) expect(response.statusCode, response.body).toBe(status);
    else expect(response.statusCode, response.body).toBeLessThan(300);
    if (expected !== undefined && known === undefined) hasAll(expected, response.json(), ids, 'answer');
  });
});
