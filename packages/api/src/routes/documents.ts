/** What there is: the page that the printed link leads to, and the OpenAPI document. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';

/** What a person or a program looks at first, and what it is. */
const links = {
  '/docs': 'a page to try the API on',
  '/openapi.json': 'the description of the API (OpenAPI 3.1)',
  '/api/v1/messages': 'messages, newest first',
  '/api/v1/phones': 'simulated handsets',
  '/api/v1/sessions': 'who is bound by SMPP',
  '/api/v1/connectors': 'operators',
  '/api/v1/info': 'version, ports, figures, magic numbers',
  '/livez': 'whether the process lives',
  '/readyz': 'whether messages are taken',
  '/metrics': 'metrics for Prometheus',
} as const;

const indexBody = z.object({
  name: z.literal('chappe'),
  version: z.string(),
  links: z.record(z.string(), z.string()).describe('Paths, and what is there'),
});

/** The index at one of its two paths. A browser gets a page, everybody else JSON. */
export function indexPage({ version }: Context, path: '/' | '/api/v1'): Route {
  return route({
    method: 'GET',
    path,
    operationId: path === '/' ? 'index' : 'apiIndex',
    tag: 'operation',
    access: 'open',
    summary: 'What there is: links',
    answers: {
      200: {
        description: 'Links',
        schema: indexBody,
        otherTypes: ['text/html'],
        examples: {
          'text/html': '<!doctype html>\n<html lang="en"><title>Chappe</title><h1>Chappe</h1></html>\n',
        },
      },
    },
    handle: ({ header }) => {
      const wantsPage = /\btext\/html\b/.test(header('accept') ?? '');
      if (!wantsPage) return { status: 200, body: { name: 'chappe', version, links } };
      return {
        status: 200,
        body: pageOf(version),
        type: 'text/html; charset=utf-8',
        // It has no script, style or picture, and nobody frames it.
        headers: { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" },
      };
    },
  });
}

function pageOf(version: string): string {
  const items = Object.entries(links).map(
    ([path, what]) => `<li><a href="${path}">${path}</a>: ${what}</li>`,
  );
  const title = `Chappe ${version.replaceAll(/[^\w.+-]/g, '')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><ul>
${items.join('\n')}
</ul></body></html>
`;
}

/** The OpenAPI document. */
export function openapiDocument({ openapi }: Context): Route {
  // All answers are the same octets: whoever asks often and reads nothing holds nothing of its own.
  let octets: Buffer | undefined;
  return route({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'openapi',
    tag: 'operation',
    access: 'open',
    summary: 'This description (OpenAPI 3.1)',
    answers: { 200: { description: 'The document', schema: z.record(z.string(), z.unknown()) } },
    handle: () => {
      octets ??= Buffer.from(JSON.stringify(openapi()));
      return { status: 200, body: octets, type: 'application/json; charset=utf-8' };
    },
  });
}
