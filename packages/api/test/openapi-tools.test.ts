/** The OpenAPI document as the tools of others read it: a linter, and a generator of typed clients. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemCodes } from '../src/index.ts';
import { flawsOf, type Schema } from './json-schema.ts';
import { type Rig, startRig } from './rig.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref: string }>>;
}

interface Document {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly operationId: string;
        readonly parameters?: readonly { readonly in: string; schema: Schema; example?: unknown }[];
        readonly requestBody?: { readonly content: Record<string, Content> };
        readonly responses: Record<string, { description: string; content?: Record<string, Content> }>;
      }
    >
  >;
  readonly components: {
    readonly schemas: Record<string, Schema>;
    readonly examples: Record<string, { readonly value: { readonly code: string; readonly status: number } }>;
  };
}

let rig: Rig;
let text: string;
let document: Document;
let folder: string;
beforeAll(async () => {
  rig = await startRig();
  const answer = await rig.get('/openapi.json');
  text = answer.text;
  document = answer.json;
  folder = await mkdtemp(join(tmpdir(), 'chappe-client-'));
});
afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

async function lint(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

describe('a linter', () => {
  it('finds nothing but schemas that only x-itemSchema refers to', async () => {
    // OpenAPI 3.1 has no word for the items of a stream; 3.2 has.
    const streamed = [...text.matchAll(/"x-itemSchema":\{"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    const names = new Set(streamed.map(([, name]) => name));
    expect(names.size).toBeGreaterThan(2);
    const others = (await lint(text)).filter((found) => {
      const [, name] = /^no-unused-components: Component: "(\w+)"/.exec(found) ?? [];
      return name === undefined || !names.has(name);
    });
    expect(others).toEqual([]);
  });

  it('would find an example that its schema does not take, and an operation without a name', async () => {
    const broken = text
      .replace('"operationId":"livez",', '')
      .replace(/"example":\{"id":"[^"]+",/, '"example":{"id":7,');
    const found = (await lint(broken)).join('\n');
    expect(found).toMatch(/operation-operationId/);
    expect(found).toMatch(/no-invalid-media-type-examples/);
  });
});

describe('the examples', () => {
  it('are there for every body and every path, and are what the schemas take', () => {
    const { schemas, examples } = document.components;
    for (const { operationId, parameters = [], requestBody, responses } of operations()) {
      for (const { schema, example, in: place } of parameters)
        if (place === 'path') expect(flawsOf(example, schema, schemas), operationId).toEqual([]);
      const bodies = [requestBody ?? { content: {} }, ...Object.values(responses)];
      for (const { content = {} } of bodies) {
        for (const [type, one] of Object.entries(content)) {
          const values =
            one.examples === undefined
              ? [one.example]
              : Object.values(one.examples).map(({ $ref }) => examples[$ref.split('/').at(-1) ?? '']?.value);
          for (const value of values) {
            expect(value, `${operationId} ${type}`).toBeDefined();
            expect(flawsOf(value, one.schema, schemas), `${operationId} ${type}`).toEqual([]);
          }
        }
      }
    }
  });

  it('tell every problem that an operation may answer, under its status', () => {
    const { examples } = document.components;
    // These are of no operation.
    const elsewhere = ['unknown_route', 'method_not_allowed'];
    expect(new Set([...Object.keys(examples), ...elsewhere])).toEqual(new Set(problemCodes));
    for (const { operationId, responses } of operations()) {
      for (const [status, { description, content = {} }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const codes = Object.keys(content['application/problem+json']?.examples ?? {});
        expect(codes.length, `${operationId} ${status}`).toBeGreaterThan(0);
        for (const code of codes) {
          expect(description).toContain(`${code}: `);
          expect(examples[code]?.value).toMatchObject({ code, status: Number(status) });
        }
      }
    }
  });
});

function operations(): Document['paths'][string][string][] {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods));
}

describe('a typed client', () => {
  const compile = (): Promise<unknown> => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--allowImportingTsExtensions'];
    return promisify(execFile)(process.execPath, [tsc, ...options, '--skipLibCheck', 'client.ts'], {
      cwd: folder,
    }).catch(({ stdout }: { stdout: string }) => Promise.reject(new Error(stdout)));
  };

  it('is generated, holds to its types, and sends a message', async () => {
    await writeFile(join(folder, 'chappe-api.ts'), astToString(await openapiTS(text)));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const client = join(folder, 'client.ts');
    await cp(fileURLToPath(new URL('typed-client.txt', import.meta.url)), client);
    await compile();
    const { sendAndLook } = (await import(pathToFileURL(client).href)) as {
      sendAndLook: (baseUrl: string) => Promise<{ state: string; text: string }>;
    };
    const url = await rig.listen();
    expect(await sendAndLook(url.origin)).toMatchObject({ state: 'delivered', text: 'Hello' });
    // As docs/http-api.md prints it.
    const printed = await readFile(join(root, 'docs', 'http-api.md'), 'utf8');
    const snippet = /```ts\n(import createClient from 'openapi-fetch';\n.*?)```/s.exec(printed)?.[1] ?? '';
    const here = snippet.replace('http://127.0.0.1:8080', url.origin);
    expect(here).not.toBe(snippet);
    await writeFile(client, `${here}export const said = { data, error };`);
    await compile();
    const { said } = (await import(`${pathToFileURL(client).href}?printed`)) as { said: { data: unknown } };
    expect(said).toMatchObject({ data: { id: expect.any(String) }, error: undefined });
    // What the API does not take does not compile either.
    await writeFile(
      client,
      `import createClient from 'openapi-fetch';
       import type { paths } from './chappe-api.ts';
       createClient<paths>().POST('/api/v1/messages', { body: { too: '1', text: 'x' } });`,
    );
    await expect(compile()).rejects.toThrow(/too/);
  });
});
