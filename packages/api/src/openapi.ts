/** OpenAPI 3.1 from the routes themselves: their schemas are what requests are checked with. */
import { eventSchemas } from '@chappe/gateway';
import { z } from 'zod';
import { rolesWith } from './auth/roles.ts';
import { lineTypes } from './body-lines.ts';
import { exampleOf, problemExamples, streamExample } from './openapi-examples.ts';
import { type ProblemCode, problemBody, problems } from './problem.ts';
import type { LinesDescription, Route } from './route.ts';
import { messagesBody } from './routes/messages.ts';
import { batch, lineResult } from './schemas/batch.ts';
import { messageBody, messageSummaryBody } from './schemas/message.ts';
import {
  inboxBody,
  phoneBody,
  phoneStateBody,
  phoneSubmission,
  phoneSubmittedBody,
  phonesBody,
} from './schemas/phone.ts';
import { sessionsBody } from './schemas/session.ts';
import { singleSubmission, submission, submittedBody, submittedListBody } from './schemas/submission.ts';

const named: Readonly<Record<string, z.ZodType>> = {
  Submission: submission,
  SingleSubmission: singleSubmission,
  Batch: batch,
  LineResult: lineResult,
  Submitted: submittedBody,
  SubmittedList: submittedListBody,
  Message: messageBody,
  MessageSummary: messageSummaryBody,
  Messages: messagesBody,
  PhoneSubmission: phoneSubmission,
  PhoneSubmitted: phoneSubmittedBody,
  Inbox: inboxBody,
  Phone: phoneBody,
  Phones: phonesBody,
  PhoneState: phoneStateBody,
  Sessions: sessionsBody,
  Problem: problemBody,
};

/** What routes may answer that ask for a key. */
const keyProblems: readonly ProblemCode[] = ['unauthorized', 'forbidden'];
/** What every route may answer. */
const commonProblems: readonly ProblemCode[] = [
  'bad_request',
  'host_not_allowed',
  'origin_not_allowed',
  'throttled',
  'headers_too_large',
  'internal',
];
const queryProblems: readonly ProblemCode[] = ['invalid_parameter', 'unknown_parameter'];
const bodyProblems: readonly ProblemCode[] = [
  'malformed_json',
  'missing_field',
  'invalid_field',
  'unknown_field',
  'body_too_large',
  'unsupported_media_type',
];

const tags = [
  { name: 'messages', description: 'Send messages and see what became of them' },
  { name: 'phones', description: 'Simulated handsets: every number is one' },
  { name: 'sessions', description: 'Who is bound by SMPP' },
  { name: 'accounts', description: 'Who may connect' },
  { name: 'connectors', description: 'Upstreams: operators that we connect to' },
  { name: 'routes', description: 'Which messages go where' },
  { name: 'webhooks', description: 'Where messages and receipts are posted to' },
  { name: 'receipts', description: 'Receipts of upstreams that found no message' },
  { name: 'ledger', description: 'Money: balances, credits, statements' },
  { name: 'held', description: 'Messages that routes hold back' },
  { name: 'opt-outs', description: 'Handsets that want no messages' },
  { name: 'pumping', description: 'Stops of messages that look made up' },
  { name: 'tools', description: 'Octets to PDUs and back' },
  { name: 'operation', description: 'Health, metrics and description' },
];

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI document of these routes. */
export function openapiOf(routes: readonly Route[], version: string): Json {
  const components = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) components.add(schema, { id });
  const { schemas } = z.toJSONSchema(components, { uri: (id) => reference(id), io: 'input' });
  const known: Json = {
    ...Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)])),
    ...eventComponents(),
  };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operationOf(route, known);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Chappe',
      version,
      description: 'Short messages in and out of Chappe, and the handsets of its sandbox.',
      contact: { name: 'Whoever runs this server' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Wherever it was read from.
    servers: [{ url: '/', description: 'This server' }],
    tags,
    paths,
    webhooks: { event: webhookOf() },
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key whose role is one of x-roles' },
        keyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      examples: problemExamples(new Set(routes.flatMap(problemsOf))),
      schemas: known,
    },
  };
}

const eventNames = { pdu: 'PduEvent', stream: 'SkippedEvent' } as const;

/** Events, one schema for each kind of data, as the gateway has them; `Event` is what GET /api/v1/events tells. */
function eventComponents(): Json {
  const schemas = Object.entries(eventSchemas()).map(([name, schema]) => [eventName(name), schema] as const);
  const streamed = schemas.filter(([name]) => name !== eventNames.pdu);
  return {
    ...Object.fromEntries(schemas),
    Event: { description: 'What happened', anyOf: streamed.map(([name]) => ({ $ref: reference(name) })) },
  };
}

function eventName(data: string): string {
  return data in eventNames
    ? eventNames[data as keyof typeof eventNames]
    : `${data.slice(0, 1).toUpperCase()}${data.slice(1)}Event`;
}

/** What is posted to the webhooks of the settings. */
function webhookOf(): Json {
  const description =
    'message.received, or what a receipt or a notice tells of a message: message.delivered, .expired, .failed, .ended ' +
    'or .delayed; webhook.test when somebody asks for that. Signed as Standard Webhooks says, by each secret of the webhook; posted again, with the same id, until ' +
    'the answer is 2xx, or for a day; 410 switches the webhook off.';
  return {
    post: {
      operationId: 'webhookEvent',
      tags: ['webhooks'],
      summary: 'An event for a webhook',
      description,
      // No key of ours: the signature says whom it comes from.
      security: [],
      parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
        name,
        in: 'header',
        required: true,
        schema: { type: 'string' },
      })),
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { anyOf: ['message', 'webhook'].map((data) => ({ $ref: reference(eventName(data)) })) },
          },
        },
      },
      responses: {
        '2XX': { description: 'Taken' },
        '410': { description: 'Nothing more is to be posted' },
      },
    },
  };
}

function operationOf(route: Route, known: Json): Json {
  const { operationId, tag, summary, description, body, example, access = 'manage', isForAccounts } = route;
  const parameters = [
    ...parametersOf(route.params, 'path', known),
    ...parametersOf(route.query, 'query', known),
    ...(route.headers ?? []).map(({ name, description: text }) => ({
      name,
      in: 'header',
      description: text,
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    description: [description, whoMay(route)].filter((part) => part !== undefined).join('\n\n'),
    // A sandbox asks for none.
    security: access === 'open' ? [] : [{}, { key: [] }, { keyHeader: [] }],
    ...(access === 'open'
      ? {}
      : { 'x-roles': [...rolesWith(access), ...(isForAccounts === true ? ['account'] : [])] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: {
              'application/json': { schema: schemaOf(body), example },
              ...linesContent(route.lines),
            },
          },
        }),
    responses: { ...successes(route, known), ...failures(route) },
  };
}

/** The last words of every description. */
function whoMay({ access = 'manage', isForAccounts }: Route): string {
  if (access === 'open') return 'Needs no key.';
  const roles = `Needs a key with the role ${rolesWith(access).join(' or ')}`;
  return isForAccounts === true ? `${roles}, or that of an account, for what is its own.` : `${roles}.`;
}

/** A body that may come as lines: to OpenAPI 3.1 it is a text. */
function linesContent(lines: LinesDescription | undefined): Json {
  if (lines === undefined) return {};
  const { eachIs, example } = lines;
  const content = { schema: { type: 'string' }, 'x-itemSchema': { $ref: reference(eachIs) }, example };
  return Object.fromEntries(lineTypes.map((type) => [type, content]));
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query', known: Json): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = bare(z.toJSONSchema(schema, { io: 'input' })) as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    ...(description === undefined ? {} : { description }),
    required: required.includes(name),
    schema: rest,
    // Of a query one chooses what one means: only what must be there is shown with a value.
    ...(place === 'path' ? { example: exampleOf(rest, known, name) } : {}),
  }));
}

function successes({ answers }: Route, known: Json): Json {
  const entries = Object.entries(answers).map(([status, answer]) => {
    const { description, schema, type, eachIs, otherTypes = [], examples = {} } = answer;
    const shape = schema === undefined ? { type: 'string' } : schemaOf(schema);
    const content = {
      schema: shape,
      // OpenAPI 3.2 has a word for it: itemSchema.
      ...(eachIs === undefined ? {} : { 'x-itemSchema': { $ref: reference(eachIs) } }),
    };
    // RFC 9110 15.3.5: no content.
    if (status === '204') return [status, { description }] as const;
    const types = [type ?? 'application/json', ...otherTypes];
    return [
      status,
      {
        description,
        content: Object.fromEntries(
          types.map((one) => {
            const isJson = one === 'application/json';
            const example =
              examples[one] ?? (isJson ? exampleOf(shape, known) : streamExample(one, eachIs, known));
            return [one, { ...content, ...(isJson ? {} : { schema: { type: 'string' } }), example }];
          }),
        ),
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** The codes of all that a route may answer but success. */
function problemsOf(route: Route): readonly ProblemCode[] {
  return [
    ...(route.body === undefined ? [] : bodyProblems),
    ...queryProblems,
    ...(route.query === undefined ? [] : (['missing_parameter'] as const)),
    ...(route.access === 'open' ? [] : keyProblems),
    ...commonProblems,
    ...(route.problems ?? []),
  ];
}

function failures(route: Route): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(problemsOf(route))) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].map(([status, group]) => {
    const examples = Object.fromEntries(
      group.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const),
    );
    const content = { 'application/problem+json': { schema: { $ref: reference('Problem') }, examples } };
    const description = group.map((code) => `${code}: ${problems[code].title}`).join('; ');
    return [String(status), { description, content }] as const;
  });
  return Object.fromEntries(entries);
}

/** A reference to a named schema, or the schema itself. */
function schemaOf(schema: z.ZodType): Json {
  const name = Object.keys(named).find((id) => named[id] === schema);
  if (name !== undefined) return { $ref: reference(name) };
  if (schema instanceof z.ZodUnion)
    return { anyOf: schema.options.map((option) => schemaOf(option as z.ZodType)) };
  return bare(z.toJSONSchema(schema, { io: 'input' }));
}

function reference(id: string): string {
  return `#/components/schemas/${id}`;
}

/** Without what a schema says about itself as a document of its own. */
function bare(schema: object): Json {
  const { $schema: _schema, $id: _id, ...rest } = schema as Record<string, unknown>;
  return rest;
}
