/** A small JSON Schema checker, written apart from the library that makes the schemas. Knows what those use. */

/** A JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly propertyNames?: Schema;
  readonly format?: string;
  readonly description?: string;
  readonly $ref?: string;
}

const known = new Set([
  ...[
    'type',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'anyOf',
    'enum',
    'const',
    'pattern',
    'minimum',
  ],
  ...[
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'propertyNames',
    'format',
    'description',
    '$ref',
  ],
]);

/** What is wrong with a value. Throws on a keyword it does not know, so that nothing passes unseen. */
export function flawsOf(
  value: unknown,
  schema: Schema,
  named: Readonly<Record<string, Schema>>,
  path = '$',
): string[] {
  for (const keyword of Object.keys(schema))
    if (!known.has(keyword)) throw new Error(`unknown keyword ${keyword}`);
  if (schema.$ref !== undefined) {
    const target = named[schema.$ref.split('/').at(-1) ?? ''];
    return target === undefined ? [`${path}: no ${schema.$ref}`] : flawsOf(value, target, named, path);
  }
  if (schema.anyOf !== undefined) {
    const all = schema.anyOf.map((option) => flawsOf(value, option, named, path));
    return all.some((flaws) => flaws.length === 0)
      ? []
      : [`${path}: none of anyOf: ${all.flat().join(', ')}`];
  }
  if ('const' in schema && value !== schema.const) return [`${path}: not ${String(schema.const)}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${path}: not in enum`];
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOf(value, type))) {
    return [`${path}: no ${String(schema.type)}`];
  }
  if (typeof value === 'string') return stringFlaws(value, schema, path);
  if (typeof value === 'number') {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    return value < minimum || value > maximum ? [`${path}: out of range`] : [];
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.flatMap((item, at) => flawsOf(item, items, named, `${path}[${at}]`));
  }
  return typeof value === 'object' && value !== null ? objectFlaws(value, schema, named, path) : [];
}

function stringFlaws(value: string, schema: Schema, path: string): string[] {
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    return [`${path}: not by pattern`];
  if (value.length < (schema.minLength ?? 0)) return [`${path}: too short`];
  return value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY) ? [`${path}: too long`] : [];
}

function objectFlaws(
  value: object,
  { properties = {}, required = [], additionalProperties = true }: Schema,
  named: Readonly<Record<string, Schema>>,
  path: string,
): string[] {
  const flaws = required.filter((name) => !(name in value)).map((name) => `${path}.${name}: missing`);
  for (const [name, item] of Object.entries(value)) {
    const schema = properties[name] ?? additionalProperties;
    if (schema === false) flaws.push(`${path}.${name}: not described`);
    else if (schema !== true) flaws.push(...flawsOf(item, schema, named, `${path}.${name}`));
  }
  return flaws;
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
