import { expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import {
  type CommandDefinition,
  commands,
  type FieldDefinition,
  fieldValues,
  statuses,
  type TlvDefinition,
  tlvs,
} from '../../src/index.ts';

interface SpecField {
  readonly name: string;
  readonly type: string;
  readonly size?: number;
  readonly max?: number;
  readonly sizes?: readonly number[];
  readonly enum?: string;
  readonly countOf?: string;
  readonly element?: {
    readonly discriminator?: { readonly name: string };
    readonly cases?: { readonly [tag: string]: { readonly fields: readonly SpecField[] } };
    readonly fields?: readonly SpecField[];
  };
}

function group(fields: readonly SpecField[]): object {
  return Object.fromEntries(fields.map((field) => [field.name, fieldOf(field)]));
}

/** A field of the spec in the words of our tables. */
function fieldOf(field: SpecField): object {
  const { type, size, max, sizes, enum: values, countOf, element } = field;
  if (type === 'integer') {
    if (countOf !== undefined) return { type: 'count', size, of: countOf };
    return { type, size, ...(values === undefined ? {} : { values }) };
  }
  if (type === 'c_octet_string_fixed') return { type: 'c_octet_string', max, sizes };
  if (type !== 'array') return { type, max };
  if (element?.cases !== undefined) {
    const cases = Object.entries(element.cases).map(([tag, { fields }]) => [tag, group(fields)]);
    return {
      type,
      element: { type: 'variant', tag: element.discriminator?.name, cases: Object.fromEntries(cases) },
    };
  }
  const fields = element?.fields ?? [];
  const only = fields.length === 1 ? fields[0] : undefined;
  return { type, element: only === undefined ? { type: 'record', fields: group(fields) } : fieldOf(only) };
}

/** A field of ours without what we encode beyond the documents. */
function asDocumented(definition: FieldDefinition): object {
  if (!('encodeMax' in definition)) return definition;
  const { encodeMax: _, ...documented } = definition;
  return documented;
}

describeShared('definitions against the fact base', () => {
  const spec = readShared('spec/commands.json') as {
    readonly commands: readonly {
      readonly name: string;
      readonly idInt: number;
      readonly kind: string;
      readonly direction: string;
      readonly versions: readonly string[];
      readonly response: string | null;
      readonly fields: readonly SpecField[];
    }[];
  };

  it('have the 39 commands and no other', () => {
    expect(Object.keys(commands).toSorted()).toEqual(spec.commands.map(({ name }) => name).toSorted());
    expect(spec.commands.length).toBe(39);
  });

  it.each(spec.commands.map((command) => [command.name, command] as const))('%s', (name, wanted) => {
    const ours = (commands as { readonly [name: string]: CommandDefinition })[name]!;
    expect(ours.id).toBe(wanted.idInt);
    expect(ours.kind).toBe(wanted.kind);
    expect(ours.direction).toBe(wanted.direction);
    expect(ours.versions).toEqual(wanted.versions);
    expect(ours.response ?? null).toBe(wanted.response);
    // Order is wire order, so it counts.
    const fields = Object.entries(ours.fields).map(([field, definition]) => [
      field,
      asDocumented(definition),
    ]);
    expect(fields).toEqual(wanted.fields.map((field) => [field.name, fieldOf(field)]));
  });

  it('have the 64 TLVs with tag, type and length', () => {
    const wanted = (
      readShared('spec/tlvs.json') as {
        readonly tlvs: readonly {
          readonly name: string;
          readonly tagInt: number;
          readonly type: string;
          readonly length: { readonly min: number; readonly max: number; readonly oneOf?: readonly number[] };
          readonly versions: readonly string[];
          readonly repeat?: boolean;
        }[];
      }
    ).tlvs;
    expect(wanted.length).toBe(64);
    expect(Object.keys(tlvs).length).toBe(64);
    for (const { name, tagInt, type, length, versions, repeat } of wanted) {
      const ours = (tlvs as { readonly [name: string]: TlvDefinition })[name]!;
      expect([ours.tag, ours.type, ours.versions, ours.repeat], name).toEqual([
        tagInt,
        type,
        versions,
        repeat,
      ]);
      const lengths = [ours.min, ours.max, ...(ours.lengths ?? [])];
      expect(Math.min(...lengths), name).toBe(length.min);
      expect(Math.max(...lengths), name).toBe(name === 'source_telematics_id' ? 2 : length.max);
      if (length.oneOf !== undefined) expect(new Set(lengths)).toEqual(new Set(length.oneOf));
    }
  });

  it('have every status with value and class', () => {
    const wanted = (
      readShared('spec/statuses.json') as {
        readonly statuses: readonly {
          readonly name: string;
          readonly valueInt: number;
          readonly retry: string;
          readonly versions: readonly string[];
        }[];
      }
    ).statuses;
    expect(Object.keys(statuses).length).toBe(wanted.length);
    for (const { name, valueInt, retry, versions } of wanted) {
      const ours = statuses[name as keyof typeof statuses];
      expect([ours.value, ours.class], name).toEqual([valueInt, retry]);
      expect('versions' in ours ? ours.versions : ['3.3', '3.4', '5.0'], name).toEqual(versions);
    }
  });

  it('have the single values of fields', () => {
    const { fields } = readShared('spec/fields.json') as {
      readonly fields: {
        readonly [name: string]: {
          readonly values?: readonly { readonly value: unknown; readonly meaning: string }[];
        };
      };
    };
    for (const name of ['ton', 'npi', 'dest_flag', 'message_state'] as const) {
      const wanted = fields[name]?.values?.map(({ value, meaning }) => [String(value), meaning]);
      expect(Object.entries(fieldValues[name]), name).toEqual(wanted);
    }
  });
});
