/** The page at /docs: what is served, what it may do in a browser, and the functions that it is made of. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleSource } from '../../../scripts/bundling.ts';
import { type Rig, startRig } from './rig.ts';

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly who: string;
  readonly parameters: readonly object[];
  readonly bodies: readonly { type: string; example: string }[];
  readonly problems: readonly { status: string; code: string; title: string }[];
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly missing: readonly string[];
}

interface Words {
  groupsOf(document: object): { name: string; operations: Operation[] }[];
  exampleOf(schema: object, document: object): unknown;
  isFound(operation: object, filter: string): boolean;
  requestOf(operation: object, values: object, body?: { type: string; text: string }): Request;
  curlOf(request: Partial<Request>, origin: string, hasKey: boolean): string;
  shownBody(text: string, type: string): string;
}

const assets = new URL('../assets/', import.meta.url);
const asset = (name: string): string => readFileSync(new URL(name, assets), 'utf8');
// The very file that the browser reads; it is plain JavaScript and has no types.
const words = (await import(new URL('words.js', assets).href)) as Words;

let rig: Rig;
let operations: readonly Operation[];
beforeAll(async () => {
  rig = await startRig();
  const { json } = await rig.get('/openapi.json');
  operations = words.groupsOf(json).flatMap((group) => group.operations);
});
afterAll(() => rig.close());

const operation = (id: string): Operation => operations.find((one) => one.id === id)!;

describe('what is served', () => {
  it.each([
    ['/docs', 'docs.html', 'text/html; charset=utf-8'],
    ['/docs/', 'docs.html', 'text/html; charset=utf-8'],
    ['/docs/page.js', 'page.js', 'text/javascript; charset=utf-8'],
    ['/docs/words.js', 'words.js', 'text/javascript; charset=utf-8'],
    ['/docs/page.css', 'page.css', 'text/css; charset=utf-8'],
  ])('%s is %s', async (url, name, type) => {
    const { status, headers, text } = await rig.get(url);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(text).toBe(asset(name));
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(String(headers['content-security-policy']).split('; ').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "script-src 'self'",
      "style-src 'self'",
    ]);
  });

  it('is these files and no others', async () => {
    for (const name of ['docs.html', 'nothing.js', '..%2Fpackage.json', '%2e%2e%2fpackage.json']) {
      const { status, text } = await rig.get(`/docs/${name}`);
      expect(status, name).toBe(400);
      expect(text).toContain('page.css');
    }
  });

  it('is nothing for a page under a name that is not ours', async () => {
    const { status, json } = await rig.get('/docs', { headers: { host: 'evil.example' } });
    expect([status, json.code]).toEqual([403, 'host_not_allowed']);
  });

  it('works under its own policy: nothing inline, no other host, no text read as HTML', () => {
    const page = asset('docs.html');
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
    for (const [, url] of page.matchAll(/(?:src|href)="([^"]*)"/g)) expect(url).toMatch(/^\/(docs|openapi)/);
    for (const name of readdirSync(assets)) {
      const text = asset(name);
      expect(text, name).not.toMatch(/https?:\/\/|\/\/\w+\.\w|@import|\burl\(/);
      expect(text, name).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|localStorage|sessionStorage|cookie/,
      );
      expect(text.split('\n').length, name).toBeLessThanOrEqual(400);
    }
  });
});

it('is inside of a program in one file', async () => {
  const made = await bundleSource('packages/api/src/docs-page.ts', '');
  const script = `${made.outputFiles[0]!.text}\nprocess.stdout.write(docsFile('page.js'));`;
  // It has no file and no folder of its own: what it does not carry along, it cannot find.
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: '/',
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(asset('page.js'));
});

describe('what the page says', () => {
  it('has every operation once, in groups that are not empty', async () => {
    const { json } = await rig.get('/openapi.json');
    const all = Object.entries(json.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(all.sort());
  });

  it('says who may call, and which problems there are by their codes', () => {
    expect(operation('submitMessage').who).toBe('Where keys are asked for: admin, account');
    expect(operation('livez').who).toBe('Anybody, without a key');
    const { problems } = operation('submitMessage');
    expect(problems).toContainEqual({ status: '400', code: 'malformed_json', title: 'The body is no JSON' });
    for (const { title } of operations.flatMap((one) => one.problems)) expect(title).not.toBe('');
  });

  it('has example bodies that the API takes', async () => {
    const { path, bodies } = operation('submitMessage');
    const { status } = await rig.post(path, bodies[0]!.example);
    expect(status).toBe(202);
    // Lines are lines there, not a text in quotes.
    const lines = operation('submitBatch').bodies.find(({ type }) => type !== 'application/json')!;
    expect(() =>
      lines.example
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).not.toThrow();
  });

  it('makes examples of schemas, also of one that holds itself', () => {
    const document = {
      components: {
        schemas: {
          Node: {
            type: 'object',
            required: ['n', 'of', 'kind', 'below'],
            properties: {
              n: { type: 'integer', minimum: 5 },
              of: { anyOf: [{ type: 'array', items: { type: 'boolean' } }, { type: 'null' }] },
              kind: { enum: ['a', 'b'] },
              not: { type: 'string' },
              below: { $ref: '#/components/schemas/Node' },
            },
          },
        },
      },
    };
    const made = words.exampleOf({ $ref: '#/components/schemas/Node' }, document);
    expect(made).toMatchObject({ n: 5, of: [true], kind: 'a', below: { n: 5 } });
    expect(made).not.toHaveProperty('not');
  });

  it('filters by words in any order', () => {
    const one = operation('submitMessage');
    expect(words.isFound(one, '  MESSAGES post ')).toBe(true);
    expect(words.isFound(one, '')).toBe(true);
    expect(words.isFound(one, 'post ledger')).toBe(false);
  });

  it('fills parameters in, leaves empty ones out, and says what is missing', () => {
    const one = {
      method: 'GET',
      path: '/a/{id}/b',
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'q', in: 'query', required: false },
        { name: 'limit', in: 'query', required: false },
        { name: 'X-Name', in: 'header', required: false },
      ],
    };
    const values = { 'path.id': '$& /?#', 'query.q': 'a=b&c d', 'query.limit': '', 'header.X-Name': 'me' };
    expect(words.requestOf(one, values)).toEqual({
      method: 'GET',
      url: '/a/%24%26%20%2F%3F%23/b?q=a%3Db%26c%20d',
      headers: { 'x-name': 'me' },
      body: undefined,
      missing: [],
    });
    expect(words.requestOf(one, {}).missing).toEqual(['id']);
  });

  it('reads JSON out as lines, and leaves everything else as it is', () => {
    expect(words.shownBody('{"a":1}', 'application/problem+json; charset=utf-8')).toBe('{\n  "a": 1\n}');
    expect(words.shownBody('{"a":1}', 'application/jsonl')).toBe('{"a":1}');
    expect(words.shownBody('{"a":', 'application/json')).toBe('{"a":');
  });
});

describe('the command for curl', () => {
  const body = `{"text": "it's $HOME \`id\` \\\\ \\"x\\"\n!"}`;

  it('says to curl what is filled in, whatever is in it', () => {
    const text = words.curlOf(
      { method: 'PUT', url: "/a?q=it's", headers: { 'content-type': 'application/json' }, body },
      'http://127.0.0.1:8080',
      true,
    );
    // A shell of its own says which words curl would get.
    const { stdout } = spawnSync('sh', ['-c', text.replace(/^curl/, "printf '%s\\0'")], {
      encoding: 'utf8',
      env: { CHAPPE_KEY: 'k1' },
    });
    expect(stdout.split('\0').slice(0, -1)).toEqual([
      '-i',
      '-X',
      'PUT',
      "http://127.0.0.1:8080/a?q=it's",
      '-H',
      'authorization: Bearer k1',
      '-H',
      'content-type: application/json',
      '--data-binary',
      body,
    ]);
  });

  it('has no more than is needed', () => {
    const request = { method: 'GET', url: '/livez', headers: {} };
    expect(words.curlOf(request, 'http://localhost', false)).toBe("curl -i 'http://localhost/livez'");
    const post = { method: 'POST', url: '/x', headers: {}, body: '{}' };
    expect(words.curlOf(post, '', false)).toBe("curl -i '/x' --data-binary '{}'");
  });
});
