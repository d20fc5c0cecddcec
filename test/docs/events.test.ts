/**
 * docs/events.md shows every event once. Here everything happens for real; what is told of it, and what the document shows,
 * is as the OpenAPI document has it, to the last member.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventTypes } from '@chappe/gateway';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../packages/api/src/context.ts';
import { openapiOf } from '../../packages/api/src/openapi.ts';
import { routesOf } from '../../packages/api/src/routes/all.ts';
import { flawsOf, type Schema } from '../../packages/api/test/json-schema.ts';
import { root } from '../../scripts/packages.ts';
import { eventTables } from './event-tables.ts';
import { happenings, type Told } from './happenings.ts';
import { fencesOf } from './markdown.ts';

interface Shown {
  readonly version: number;
  readonly id?: string;
  readonly type: string;
  readonly time: string;
  readonly data: object;
}

const guide = readFileSync(join(root, 'docs/events.md'), 'utf8');
const examples = (section: string): Shown[] =>
  fencesOf('docs/events.md', guide)
    .filter((fence) => fence.language === 'json' && fence.section === section)
    .map(({ code }) => JSON.parse(code) as Shown);
const streamed = examples('Examples');
const posted = examples('Webhooks');

let told: Told;
let schemas: Record<string, Schema>;
beforeAll(async () => {
  told = await happenings();
  const document = openapiOf(routesOf({ gateway: {} } as Context), '1.2.3') as {
    readonly components: { readonly schemas: Record<string, Schema> };
  };
  schemas = document.components.schemas;
});

/** Schemas in which nothing may stand that they do not describe: those of the document let later members pass. */
function strict(schema: Schema): Schema {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [name, strict(one)]),
          ),
          additionalProperties: false,
        }),
    ...(items === undefined ? {} : { items: strict(items) }),
  };
}

/** What is wrong with an event by the schema of its type. */
function flaws(event: { readonly type: string }): string[] {
  const schema = Object.values(schemas).find(({ properties }) =>
    properties?.type?.enum?.includes(event.type),
  );
  return schema === undefined ? [`${event.type} is not described`] : flawsOf(event, strict(schema), schemas);
}

/** Names of all members and kinds of their values; what a list holds is told by its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]));
}

describe('events', () => {
  test('everything that can be told has happened, and is as it is described', () => {
    expect([...told.streamed.keys()].sort()).toEqual(Object.keys(eventTypes).sort());
    expect([...told.posted.keys()].sort()).toEqual(['message.delivered', 'message.received']);
    for (const event of [...told.streamed.values(), ...told.posted.values()])
      expect(flaws(event), event.type).toEqual([]);
  });

  test('docs/events.md shows each once, as it was told', () => {
    expect(streamed.map(({ type }) => type)).toEqual(Object.keys(eventTypes));
    expect(posted.map(({ type }) => type)).toEqual([...told.posted.keys()]);
    for (const event of [...streamed, ...posted]) expect(flaws(event), event.type).toEqual([]);
    for (const event of streamed) expect(shapeOf(event)).toEqual(shapeOf(told.streamed.get(event.type)));
    for (const event of posted) expect(shapeOf(event)).toEqual(shapeOf(told.posted.get(event.type)));
  });

  test.each(eventTables())('docs/events.md has the table: $mark', ({ text }) => {
    expect(guide).toContain(text);
  });

  test('a stream and a webhook say the same of one message under the same names', () => {
    const inStream = told.streamed.get('message.received')?.data ?? {};
    const { tlvs, ...inPost } = (told.posted.get('message.received')?.data ?? {}) as {
      readonly tlvs?: unknown;
    };
    expect(tlvs).toBeDefined();
    expect(shapeOf(inPost)).toEqual(shapeOf(inStream));
  });

  test('a wrong one is found', () => {
    const [event] = streamed as [Shown];
    const named = { ...event, kind: 'message' };
    expect(flaws(named)).toEqual(['$.kind: not described']);
    const shouting = { ...event, data: { ...event.data, state: 'DELIVERED' } };
    expect(flaws(shouting)).toEqual(['$.data.state: not in enum']);
  });
});
