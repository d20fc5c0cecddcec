/**
 * Writes packages/protocol/src/codec/generated.ts from the definitions: one straight-line read and write function
 * per PDU. Run it after every change of the definitions: node --conditions=chappe-source scripts/generate-codec.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../packages/protocol/src/definitions/commands.ts';
import type {
  ArrayField,
  CommandDefinition,
  CStringField,
  ElementField,
  FieldDefinition,
  IntegerField,
  TlvDefinition,
} from '../packages/protocol/src/definitions/schema.ts';
import { tlvs } from '../packages/protocol/src/definitions/tlvs.ts';

/** Where the result lives. */
export const generatedFile: string = join(import.meta.dirname, '../packages/protocol/src/codec/generated.ts');

/** A switch is a chain of comparisons, so what a session mostly carries comes first. */
const frequent = ['submit_sm', 'submit_sm_resp', 'deliver_sm', 'deliver_sm_resp', 'data_sm', 'data_sm_resp'];

/** Strings up to this length are built by one String.fromCharCode; longer ones in native code. Measured. */
const inlineTextOctets = 24;

const definitions: readonly (readonly [string, CommandDefinition])[] = Object.entries(
  commands as { readonly [name: string]: CommandDefinition },
).sort(([a], [b]) => rank(a) - rank(b));

function rank(name: string): number {
  const index = frequent.indexOf(name);
  return index < 0 ? frequent.length : index;
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** The expression of a big endian integer at `p + at`. */
function integerAt(size: number, at: number): string {
  const octet = (i: number): string => `b[p${at + i === 0 ? '' : ` + ${at + i}`}]!`;
  if (size === 1) return octet(0);
  if (size === 2) return `(${octet(0)} << 8) | ${octet(1)}`;
  return `uint32(b, p${at === 0 ? '' : ` + ${at}`})`;
}

type Step = readonly [name: string, definition: FieldDefinition];

/** Statements that read `steps` into constants of their names; neighbouring integers share one bounds check. */
function readSteps(steps: readonly Step[], indent: string): string[] {
  const lines: string[] = [];
  let run: (readonly [string, number])[] = [];
  const flush = (): void => {
    if (run.length === 0) return;
    const octets = run.reduce((sum, [, size]) => sum + size, 0);
    lines.push(`if (p + ${octets} > end) return undefined;`);
    let at = 0;
    for (const [name, size] of run) {
      lines.push(`const ${name} = ${integerAt(size, at)};`);
      at += size;
    }
    lines.push(`p += ${octets};`);
    run = [];
  };
  for (const [name, definition] of steps) {
    if (definition.type === 'integer' || definition.type === 'count') {
      run.push([name, definition.size]);
      continue;
    }
    flush();
    lines.push(...readStep(name, definition, steps));
  }
  flush();
  return lines.map((line) => indent + line);
}

function readCString(name: string, max: number): string[] {
  return [
    `const ${name}_end = nulAt(b, p, end, ${max});`,
    `if (${name}_end < 0) return undefined;`,
    `const ${name} = text(b, p, ${name}_end);`,
    `p = ${name}_end + 1;`,
  ];
}

function countOf(name: string, steps: readonly Step[]): string {
  const step = steps.find(([, definition]) => definition.type === 'count' && definition.of === name);
  if (step === undefined) throw new Error(`${name} has no count`);
  return step[0];
}

function readStep(name: string, definition: FieldDefinition, steps: readonly Step[]): string[] {
  switch (definition.type) {
    case 'c_octet_string':
      return readCString(name, definition.max);
    case 'octet_string': {
      const count = countOf(name, steps);
      return [
        `if (p + ${count} > end) return undefined;`,
        `const ${name} = ${count} === 0 ? noOctets : b.subarray(p, p + ${count});`,
        `p += ${count};`,
      ];
    }
    case 'array':
      return readArray(name, definition, countOf(name, steps));
    default:
      throw new Error(`${name} is no step of its own`);
  }
}

function elementType(command: string, name: string): string {
  return `PduOf<'${command}'>['${name}'][number]`;
}

let currentCommand = '';

function readArray(name: string, { element }: ArrayField, count: string): string[] {
  const body: string[] = [];
  if (element.type === 'c_octet_string') {
    body.push(...readCString('item', element.max), `${name}.push(item);`);
  } else if (element.type === 'record') {
    const steps = Object.entries(element.fields);
    body.push(...readSteps(steps, ''), `${name}.push({ ${steps.map(([field]) => field).join(', ')} });`);
  } else {
    body.push('if (p + 1 > end) return undefined;', 'const tag = b[p]!;', 'p += 1;');
    for (const [i, [tag, fields]] of Object.entries(element.cases).entries()) {
      const steps = Object.entries(fields);
      const names = steps.map(([field]) => field).join(', ');
      body.push(`${i === 0 ? '' : '} else '}if (tag === ${tag}) {`);
      body.push(...readSteps(steps, '  '), `  ${name}.push({ ${element.tag}: ${tag}, ${names} });`);
    }
    body.push('} else {', '  return undefined;', '}');
  }
  return [
    `const ${name}: ${elementType(currentCommand, name)}[] = [];`,
    `for (let i = 0; i < ${count}; i++) {`,
    ...body.map((line) => `  ${line}`),
    '}',
  ];
}

/** The value of a field when the body was omitted. */
function emptyOf(definition: FieldDefinition): string {
  if (definition.type === 'integer') return '0';
  if (definition.type === 'c_octet_string') return "''";
  return definition.type === 'array' ? 'noElements' : 'noOctets';
}

function visible(definition: CommandDefinition): Step[] {
  return Object.entries(definition.fields).filter(([, field]) => field.type !== 'count');
}

function readFunction(name: string, definition: CommandDefinition): string[] {
  currentCommand = name;
  const steps = Object.entries(definition.fields);
  const fields = visible(definition);
  const object = (values: readonly string[], tlvList: string, flags: string, indent: string): string[] => [
    `${indent}return {`,
    ...[
      `command: '${name}',`,
      'command_status: uint32(b, 8),',
      'sequence_number: uint32(b, 12),',
      ...values,
      tlvList,
      flags,
    ].map((line) => `${indent}  ${line}`),
    `${indent}};`,
  ];
  const lines = [
    `function read${pascal(name)}(b: Uint8Array, end: number, maxTlvs: number): PduOf<'${name}'> | undefined {`,
  ];
  if (definition.kind === 'response' && fields.length > 0) {
    const empties = fields.map(([field, type]) => `${field}: ${emptyOf(type)},`);
    lines.push(
      '  if (end === 16) {',
      ...object(empties, 'tlvs: noTlvs,', 'flags: bodyOmitted,', '    '),
      '  }',
    );
  }
  lines.push(steps.length === 0 ? '  const p = 16;' : '  let p = 16;');
  lines.push(...readSteps(steps, '  '));
  lines.push('  const tlvs = p === end ? noTlvs : readTlvs(b, p, end, maxTlvs);');
  lines.push('  if (tlvs === undefined) return undefined;');
  lines.push(
    ...object(
      fields.map(([field]) => `${field},`),
      'tlvs,',
      'flags: noFlags,',
      '  ',
    ),
    '}',
  );
  return lines;
}

/** Room that the body takes at most. */
function octetsOf(definition: FieldDefinition): number {
  switch (definition.type) {
    case 'integer':
    case 'count':
      return definition.size;
    case 'array': {
      const { element } = definition;
      const sum = (fields: { readonly [field: string]: ElementField }): number =>
        Object.values(fields).reduce((total, field) => total + octetsOf(field), 0);
      if (element.type === 'c_octet_string') return 255 * element.max;
      if (element.type === 'record') return 255 * sum(element.fields);
      return 255 * (1 + Math.max(...Object.values(element.cases).map(sum)));
    }
    default:
      return definition.max;
  }
}

function writeInteger(source: string, name: string, { size }: IntegerField): string[] {
  const lines = [`const ${name} = ${source} === undefined ? 0 : ${source};`];
  if (size === 4) return [...lines, `if (!putUint32(b, p, ${name})) return refused;`, 'p += 4;'];
  if (size === 2) {
    lines.push(`if ((${name} & 0xffff) !== ${name}) return refused;`);
    return [...lines, `b[p++] = ${name} >>> 8;`, `b[p++] = ${name};`];
  }
  return [...lines, `if ((${name} & 0xff) !== ${name}) return refused;`, `b[p++] = ${name};`];
}

/** Most strings of most PDUs are empty: they get by without a call. */
function writeCString(source: string, { max }: CStringField): string[] {
  return [
    `if (${source} === undefined || ${source} === '') b[p++] = 0;`,
    `else p = putCString(b, p, ${source}, ${max});`,
    'if (p < 0) return refused;',
  ];
}

function writeElement(fields: readonly (readonly [string, ElementField])[]): string[] {
  return fields.flatMap(([name, field]) =>
    field.type === 'integer'
      ? writeInteger(`item.${name}`, name, field)
      : writeCString(`item.${name}`, field),
  );
}

function writeArray(name: string, { element }: ArrayField): string[] {
  const body: string[] = [];
  if (element.type === 'c_octet_string') {
    body.push("if (typeof item !== 'string') return refused;", ...writeCString('item', element));
  } else {
    body.push("if (typeof item !== 'object' || item === null) return refused;");
  }
  if (element.type === 'record') body.push(...writeElement(Object.entries(element.fields)));
  if (element.type === 'variant') {
    for (const [i, [tag, fields]] of Object.entries(element.cases).entries()) {
      body.push(`${i === 0 ? '' : '} else '}if (item.${element.tag} === ${tag}) {`, `  b[p++] = ${tag};`);
      body.push(...writeElement(Object.entries(fields)).map((line) => `  ${line}`));
    }
    body.push('} else {', '  return refused;', '}');
  }
  return [
    `for (let i = 0; i < ${name}_count; i++) {`,
    `  const item = ${name}![i]!;`,
    ...body.map((line) => `  ${line}`),
    '}',
  ];
}

function writeField(name: string, definition: FieldDefinition, all: CommandDefinition['fields']): string[] {
  switch (definition.type) {
    case 'integer':
      return writeInteger(`pdu.${name}`, name, definition);
    case 'c_octet_string':
      return writeCString(`pdu.${name}`, definition);
    case 'count': {
      const counted = all[definition.of]!;
      const limit = counted.type === 'octet_string' ? counted.max : 255;
      const isWrong =
        counted.type === 'array'
          ? `!Array.isArray(${definition.of})`
          : `!(${definition.of} instanceof Uint8Array)`;
      return [
        `const ${definition.of} = pdu.${definition.of};`,
        `if (${definition.of} !== undefined && ${isWrong}) return refused;`,
        `const ${definition.of}_count = ${definition.of} === undefined ? 0 : ${definition.of}.length;`,
        `if (${definition.of}_count > ${limit}) return refused;`,
        `b[p++] = ${definition.of}_count;`,
      ];
    }
    case 'octet_string':
      return [`if (${name} !== undefined) p = putOctets(b, p, ${name});`];
    case 'array':
      return writeArray(name, definition);
  }
}

function writeFunction(name: string, definition: CommandDefinition): string[] {
  const room = 16 + Object.values(definition.fields).reduce((sum, field) => sum + octetsOf(field), 0);
  const lines = [
    `function write${pascal(name)}(b: Uint8Array, start: number, pdu: PduInputOf<'${name}'>): number {`,
    `  if (start + ${room} > b.length) return needsRoom;`,
    `  if (!putHeader(b, start, ${hex(definition.id, 8)}, pdu.command_status, pdu.sequence_number)) return refused;`,
  ];
  if (definition.errorBody === 'omit') {
    const absent = visible(definition).map(([field]) => `pdu.${field} === undefined`);
    lines.push(`  if (pdu.command_status && ${absent.join(' && ')}) {`);
    lines.push('    return pdu.tlvs === undefined ? finish(b, start, start + 16) : refused;', '  }');
  }
  lines.push('  let p = start + 16;');
  for (const [field, type] of Object.entries(definition.fields)) {
    lines.push(...writeField(field, type, definition.fields).map((line) => `  ${line}`));
  }
  lines.push(
    '  if (pdu.tlvs !== undefined && pdu.tlvs !== noTlvs) {',
    '    p = putTlvs(b, p, pdu.tlvs);',
    '    if (p < 0) return p;',
    '  }',
    '  return finish(b, start, p);',
    '}',
  );
  return lines;
}

/** One TLV: its length must be the regular one, everything else is left to the interpreter. */
function readTlv(name: string, { tag, type, min, max, lengths = [] }: TlvDefinition): string[] {
  const value = (expression: string): string =>
    `list.push(plainTlv('${name}', ${hex(tag, 4)}, ${expression}));`;
  if (type === 'integer' || type === 'bitmask') {
    return [`if (octets !== ${max}) return undefined;`, value(integerAt(max, 0))];
  }
  const tests = min === max ? [`octets !== ${max}`] : [];
  if (min < max) {
    if (min > 0) tests.push(`octets < ${min}`);
    if (max < 0xffff) tests.push(`octets > ${max}`);
  }
  const extra = lengths.map((length) => ` && octets !== ${length}`).join('');
  const wrong = extra === '' ? tests.join(' || ') : `(${tests.join(' || ')})${extra}`;
  const lines = wrong === '' ? [] : [`if (${wrong}) return undefined;`];
  if (type === 'octet_string') return [...lines, value('b.subarray(p, p + octets)')];
  return [
    ...lines,
    'if (nulAt(b, p, end, octets) !== p + octets - 1) return undefined;',
    value('text(b, p, p + octets - 1)'),
  ];
}

function readTlvsFunction(): string[] {
  const groups = new Map<number, string[]>();
  for (const [name, definition] of Object.entries(tlvs as { readonly [name: string]: TlvDefinition })) {
    const group = groups.get(definition.tag >> 8) ?? [];
    groups.set(definition.tag >> 8, group);
    group.push(
      `case ${hex(definition.tag, 4)}:`,
      ...readTlv(name, definition).map((line) => `  ${line}`),
      '  break;',
    );
  }
  // Two levels, so that each inner switch is dense enough for a jump table.
  const unknown = [
    'default:',
    '  list.push(plainTlv(undefined, tag, b.subarray(p, p + octets)));',
    '  break;',
  ];
  const cases = [...groups].flatMap(([high, lines]) => [
    `case ${hex(high, 2)}:`,
    '  switch (tag) {',
    ...[...lines, ...unknown].map((line) => `    ${line}`),
    '  }',
    '  break;',
  ]);
  return [
    'function readTlvs(b: Uint8Array, start: number, end: number, maxTlvs: number): readonly Tlv[] | undefined {',
    '  const list: Tlv[] = [];',
    '  let p = start;',
    '  while (end - p >= 4) {',
    '    const tag = (b[p]! << 8) | b[p + 1]!;',
    '    const octets = (b[p + 2]! << 8) | b[p + 3]!;',
    '    p += 4;',
    '    if (p + octets > end || list.length >= maxTlvs) return undefined;',
    '    switch (tag >> 8) {',
    ...[...cases, ...unknown].map((line) => `      ${line}`),
    '    }',
    '    p += octets;',
    '  }',
    '  return p === end ? list : undefined;',
    '}',
  ];
}

function textFunction(): string[] {
  const cases = Array.from({ length: inlineTextOctets }, (_, i) => {
    const octets = Array.from({ length: i + 1 }, (__, k) => (k === 0 ? 'b[p]!' : `b[p + ${k}]!`));
    return [`    case ${i + 1}:`, `      return fromCharCode(${octets.join(', ')});`];
  });
  return [
    '/** Octets as a string of one character each. One call with many arguments beats native code while it is short. */',
    'function text(b: Uint8Array, p: number, end: number): string {',
    '  switch (end - p) {',
    '    case 0:',
    "      return '';",
    ...cases.flat(),
    '    default:',
    '      return readLatin1(b, p, end);',
    '  }',
    '}',
  ];
}

/** The whole file, as it must stand in the repository. */
export function generateCodec(): string {
  const reads = definitions.map(([name, { id }]) => [
    `    case ${hex(id, 8)}:`,
    `      return read${pascal(name)}(b, end, maxTlvs);`,
  ]);
  const writes = definitions.map(([name]) => [
    `    case '${name}':`,
    `      return write${pascal(name)}(b, start, pdu);`,
  ]);
  return [
    '// Generated by scripts/generate-codec.ts from src/definitions. Do not edit: a test compares.',
    '',
    "import type { Pdu, PduInput, PduInputOf, PduOf, Tlv } from '../definitions/pdu.ts';",
    "import { readLatin1 } from './latin1.ts';",
    "import { noFlags, noTlvs } from './options.ts';",
    "import { needsRoom } from './pdu-writer.ts';",
    'import {',
    ...[
      'bodyOmitted',
      'finish',
      'noElements',
      'noOctets',
      'nulAt',
      'plainTlv',
      'putCString',
      'putHeader',
      'putOctets',
      'putTlvs',
      'putUint32',
      'refused',
      'uint32',
    ].map((name) => `  ${name},`),
    "} from './wire.ts';",
    '',
    'const { fromCharCode } = String;',
    '',
    '/** Reads a flawless PDU. Undefined for everything else: the interpreter knows what to tolerate. */',
    'export function readPdu(b: Uint8Array, maxTlvs: number): Pdu | undefined {',
    '  const end = b.length;',
    '  if (end < 16 || uint32(b, 0) !== end) return undefined;',
    '  switch (uint32(b, 4)) {',
    ...reads.flat(),
    '    default:',
    '      return undefined;',
    '  }',
    '}',
    '',
    '/** Writes a PDU at `start` and returns the offset behind it; `needsRoom`; or `refused` for the interpreter. */',
    'export function writePdu(b: Uint8Array, start: number, pdu: PduInput): number {',
    '  if (pdu.flags?.length) return refused;',
    '  switch (pdu.command) {',
    ...writes.flat(),
    '    default:',
    '      return refused;',
    '  }',
    '}',
    '',
    ...textFunction(),
    '',
    ...readTlvsFunction(),
    '',
    ...definitions.flatMap(([name, definition]) => [
      ...readFunction(name, definition),
      '',
      ...writeFunction(name, definition),
      '',
    ]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

if (import.meta.main) writeFileSync(generatedFile, generateCodec());
