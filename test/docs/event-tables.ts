/** The tables of docs/events.md, as the gateway has the types. */
import { eventData, eventTypes, type ValueSchema } from '@chappe/gateway';

/** A part of the document that is written by this, between its two marks. */
export interface Table {
  readonly mark: string;
  readonly text: string;
}

/** All of them. */
export function eventTables(): readonly Table[] {
  const types = Object.entries(eventTypes).map(
    ([type, { data, about }]) => `| \`${type}\` | [${data}](#${data}) | ${about} |`,
  );
  return [
    tableOf('types', ['| type | data | |', '| --- | --- | --- |', ...types]),
    ...Object.entries(eventData).map(([name, schema]) =>
      tableOf(name, ['| field | | |', '| --- | --- | --- |', ...rowsOf(schema, '')]),
    ),
  ];
}

function tableOf(mark: string, lines: readonly string[]): Table {
  return { mark, text: [`<!-- event ${mark} -->`, ...lines, `<!-- end of event ${mark} -->`].join('\n') };
}

function rowsOf({ properties = {}, required = [] }: ValueSchema, above: string): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { description = '', items } = schema;
    const kind = `${kindOf(schema)}${required.includes(name) ? '' : ', if told'}`;
    const path = `${above}${name}`;
    // Counters are named as in GET /api/v1/sessions.
    const inner =
      name === 'counters' ? [] : [...rowsOf(schema, `${path}.`), ...rowsOf(items ?? {}, `${path}[].`)];
    return [`| \`${path}\` | ${kind} | ${description} |`, ...inner];
  });
}

function kindOf({ type, enum: words, format }: ValueSchema): string {
  if (words !== undefined) return words.join(', ');
  if (format !== undefined) return 'time, or null';
  const names = (typeof type === 'string' ? [type] : (type ?? [])).map((name) =>
    name === 'string' ? 'text' : name,
  );
  return names.join(' or ');
}
