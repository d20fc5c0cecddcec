import { commands } from '../definitions/commands.ts';
import type {
  CommandKind,
  CommandTable,
  FieldDefinition,
  TlvDefinition,
  TlvTable,
} from '../definitions/schema.ts';
import { tlvs } from '../definitions/tlvs.ts';

/** A field with its name. */
export interface NamedField {
  readonly name: string;
  readonly definition: FieldDefinition;
}

/** A command in the form in which the interpreter walks it. */
export interface CommandEntry {
  readonly name: string;
  readonly id: number;
  readonly kind: CommandKind;
  readonly fields: readonly NamedField[];
  readonly fieldNames: ReadonlySet<string>;
  readonly omitsErrorBody: boolean;
}

/** A TLV in the form in which the interpreter looks it up. */
export interface TlvEntry {
  readonly name: string;
  readonly definition: TlvDefinition;
}

/** Commands and TLVs of one codec, by number and by name. */
export interface Tables {
  readonly commandById: ReadonlyMap<number, CommandEntry>;
  readonly commandByName: ReadonlyMap<string, CommandEntry>;
  readonly tlvByTag: ReadonlyMap<number, TlvEntry>;
  readonly tlvByName: ReadonlyMap<string, TlvEntry>;
}

/** Indexes definitions for the interpreter. Later tables win, by number and by name. */
export function createTables(commandTables: readonly CommandTable[], tlvTables: readonly TlvTable[]): Tables {
  const commandById = new Map<number, CommandEntry>();
  const commandByName = new Map<string, CommandEntry>();
  for (const [name, { id, kind, fields, errorBody }] of commandTables.flatMap((table) =>
    Object.entries(table),
  )) {
    const named = Object.entries(fields).map(([field, definition]) => ({ name: field, definition }));
    const fieldNames = new Set(Object.keys(fields));
    const entry = { name, id, kind, fields: named, fieldNames, omitsErrorBody: errorBody === 'omit' };
    commandById.set(id, entry);
    commandByName.set(name, entry);
  }
  const tlvByTag = new Map<number, TlvEntry>();
  const tlvByName = new Map<string, TlvEntry>();
  for (const [name, definition] of tlvTables.flatMap((table) => Object.entries(table))) {
    tlvByTag.set(definition.tag, { name, definition });
    tlvByName.set(name, { name, definition });
  }
  return { commandById, commandByName, tlvByTag, tlvByName };
}

/** The tables of the documents. */
export const standardTables: Tables = createTables([commands], [tlvs]);
