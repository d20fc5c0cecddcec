/** A page that tries the API out, made in the browser of the OpenAPI document. */
import { z } from 'zod';
import { docsFile, docsFiles } from '../docs-page.ts';
import { type Answer, type Route, route } from '../route.ts';

// Its own files and this server, nothing inline and nothing else; nobody frames it.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Another version of the program has other files under the same names.
  'cache-control': 'no-cache',
};

function answerOf(body: Buffer, type: string): Answer {
  return { status: 200, body, type, headers };
}

/** The page. */
export function docsPage(): Route {
  return route({
    method: 'GET',
    path: '/docs',
    operationId: 'docs',
    tag: 'operation',
    access: 'open',
    summary: 'A page to try the API on',
    description: 'For a browser: made of /openapi.json, it asks no other host for anything.',
    answers: {
      200: {
        description: 'The page',
        type: 'text/html',
        examples: { 'text/html': '<!doctype html>\n<html lang="en"><title>Chappe</title></html>\n' },
      },
    },
    handle: () => answerOf(docsFile('docs.html'), 'text/html; charset=utf-8'),
  });
}

const names = Object.keys(docsFiles) as [keyof typeof docsFiles, ...(keyof typeof docsFiles)[]];

/** Its scripts and its style. */
export function docsPageFile(): Route {
  return route({
    method: 'GET',
    path: '/docs/{file}',
    operationId: 'docsFile',
    tag: 'operation',
    access: 'open',
    summary: 'What the page at /docs is made of',
    params: z.object({ file: z.enum(names).describe('One of its files') }),
    answers: {
      200: {
        description: 'The file',
        type: 'text/javascript',
        otherTypes: ['text/css'],
        examples: {
          'text/javascript': "'use strict';\n",
          'text/css': ':root { color-scheme: light dark; }\n',
        },
      },
    },
    handle: ({ params: { file } }) => answerOf(docsFile(file), docsFiles[file]),
  });
}
