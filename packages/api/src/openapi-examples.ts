/**
 * Examples for the OpenAPI document, made of the schemas: what is true of an answer stands there once, and an example that
 * is written beside it would go its own ways. What a field usually holds is told by its name.
 */
import { Problem, type ProblemCode, problems } from './problem.ts';

type Json = Readonly<Record<string, unknown>>;

/** What these fields hold in examples, in answers and in paths; any other text is `text`. */
const usual: Readonly<Record<string, string>> = {
  account: 'acme',
  address: '192.0.2.10',
  amount: '10.00',
  available: '9.97',
  balance: '9.97',
  clientReference: 'order-1',
  coding: 'gsm7',
  command: 'submit_sm',
  commandStatus: 'ESME_ROK',
  connector: 'op-a',
  day: '2026-11-26',
  difference: '0',
  from: 'ACME',
  handset: '447700900123',
  id: '00dfa69f9f40002576a01d',
  kind: 'mt',
  msisdn: '447700900123',
  name: 'acme',
  prefix: '447700900',
  price: '0.01',
  reserved: '0',
  route: 'uk',
  sender: 'ACME',
  settled: '0.03',
  state: 'delivered',
  step: 'delivered',
  to: '447700900123',
  totalPrice: '0.01',
  version: '3.4',
};

const someTime = '2026-11-26T20:37:04.116Z';
// A schema may hold itself; deeper than this no example is read.
const maxDepth = 12;

/** A value that a schema takes. `schemas`: what it may refer to; `name`: of the field that it is for. */
export function exampleOf(schema: Json, schemas: Json, name: string = '', depth: number = 0): unknown {
  if (depth > maxDepth) return null;
  const below = (part: unknown, field: string = name): unknown =>
    exampleOf(part as Json, schemas, field, depth + 1);
  const { $ref, anyOf, allOf, type, properties, required, items, minItems } = schema;
  if ('example' in schema) return schema.example;
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (typeof $ref === 'string') return below(schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  if (Array.isArray(anyOf)) return below(anyOf[0]);
  if (Array.isArray(allOf)) return Object.assign({}, ...allOf.map((part) => below(part)));
  switch (Array.isArray(type) ? type[0] : type) {
    case 'object': {
      const needed = new Set(Array.isArray(required) ? required : []);
      const fields = Object.entries((properties ?? {}) as Json).filter(([field]) => needed.has(field));
      return Object.fromEntries(fields.map(([field, part]) => [field, below(part, field)]));
    }
    case 'array':
      // "messages" are each no "messages": what is in a list is told by its own fields.
      return Array.from({ length: Math.max(1, Number(minItems ?? 1)) }, () => below(items ?? {}));
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema.minimum ?? 1));
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textOf(schema, name);
  }
}

function textOf({ format }: Json, name: string): string {
  if (format === 'date-time') return someTime;
  if (/hex/i.test(name)) return '48656c6c6f';
  return usual[name] ?? 'text';
}

/** Examples of these problems, by their codes. */
export function problemExamples(codes: ReadonlySet<ProblemCode>): Json {
  return Object.fromEntries(
    [...codes].map((code) => {
      const { title } = problems[code];
      return [code, { summary: title, value: new Problem(code, title).body('mwttjd5k-7') }];
    }),
  );
}

/** The beginning of a stream whose events, or lines, have that named schema; undefined: it is no such stream. */
export function streamExample(type: string, eachIs: string | undefined, schemas: Json): string | undefined {
  if (eachIs === undefined) return undefined;
  const data = JSON.stringify(exampleOf(schemas[eachIs] as Json, schemas));
  if (type !== 'text/event-stream') return `${data}\n`;
  return `event: ${(JSON.parse(data) as { type?: string }).type}\ndata: ${data}\n\n`;
}
