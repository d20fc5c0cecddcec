/**
 * A PDU as a tree of fields with the place of each in the octets. It walks the same tables as the codec, but never
 * gives up: of octets that cannot be read it shows all that can, and the rest as octets.
 */
import { commandName, commands } from '../definitions/commands.ts';
import type {
  CommandDefinition,
  ElementField,
  FieldDefinition,
  RecordElement,
  VariantElement,
} from '../definitions/schema.ts';
import { tlvDefinition, tlvName } from '../definitions/tlvs.ts';

/** One field, TLV or part of one. */
export interface FieldNode {
  /** The name in the documents; TLVs that nobody knows are `tlv 0x1403`. */
  readonly name: string;
  /** From the start of the PDU, in octets. */
  readonly offset: number;
  readonly octets: number;
  /** As the octets say; undefined where `fields` say it all. */
  readonly value: number | string | Uint8Array | undefined;
  /** The name in `fieldValues` under which meanings of the value stand. */
  readonly values?: string | undefined;
  /** Set for TLVs. */
  readonly tag?: number | undefined;
  readonly fields?: readonly FieldNode[] | undefined;
  /** What is wrong with the octets themselves. */
  readonly fault?: string | undefined;
}

const headerOctets = 16;
const tlvHeaderOctets = 4;
// Nodes of one PDU: 128 KiB of empty TLVs would be 32,768, which nobody reads.
const maxNodes = 4_096;

function uint(bytes: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let at = offset; at < offset + size; at++) value = value * 256 + bytes[at]!;
  return value;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/** The walk over one PDU. */
class Walk {
  readonly nodes: FieldNode[] = [];
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = headerOctets;
  /** Counts read and not yet used, by the name of the field that they count. */
  readonly #counts = new Map<string, number>();

  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes;
    this.#end = end;
  }

  /** Reads a body as its definition says; ends early when the octets do. */
  body(definition: CommandDefinition): void {
    for (const [name, field] of Object.entries(definition.fields)) {
      // A response may end after its header, and peers end others early.
      if (this.#at >= this.#end) {
        const isLeftOut = definition.kind !== 'request' && definition.kind !== 'notification';
        if (!isLeftOut) this.#add({ name, offset: this.#end, octets: 0, value: undefined, fault: 'missing' });
        return;
      }
      if (!this.#field(name, field)) return;
    }
  }

  /** Reads TLVs to the end. */
  tlvs(): void {
    while (this.#at < this.#end && this.nodes.length < maxNodes) {
      const offset = this.#at;
      const left = this.#end - offset;
      if (left < tlvHeaderOctets) break;
      const tag = uint(this.#bytes, offset, 2);
      const announced = uint(this.#bytes, offset + 2, 2);
      const octets = Math.min(announced, left - tlvHeaderOctets);
      const value = this.#bytes.subarray(offset + tlvHeaderOctets, offset + tlvHeaderOctets + octets);
      this.#at = offset + tlvHeaderOctets + octets;
      this.#add({
        ...tlvNode(tag, value, offset),
        ...(octets < announced && { fault: `announces ${announced} octets, ${octets} are left` }),
      });
    }
    const isFull = this.nodes.length >= maxNodes;
    this.rest(isFull ? `more than ${maxNodes} fields` : 'trailing octets, too few for a TLV');
  }

  /** What is left, as octets. */
  rest(fault: string): void {
    if (this.#at >= this.#end) return;
    this.#add({ ...octetsNode('octets', this.#bytes, this.#at, this.#end), fault });
    this.#at = this.#end;
  }

  #add(node: FieldNode): void {
    this.nodes.push(node);
  }

  /** False when the octets end inside the field. */
  #field(name: string, field: FieldDefinition): boolean {
    switch (field.type) {
      case 'count': {
        const node = this.#integer(name, field.size, undefined);
        if (node !== undefined) this.#counts.set(field.of, node.value as number);
        return this.#take(name, node);
      }
      case 'octet_string': {
        const octets = this.#counts.get(name) ?? 0;
        const to = Math.min(this.#at + octets, this.#end);
        const isWhole = to - this.#at === octets;
        const node = octetsNode(name, this.#bytes, this.#at, to);
        const fault = isWhole ? undefined : `${octets} octets are announced, ${to - this.#at} are there`;
        this.#at = to;
        this.#add({ ...node, fault });
        return isWhole;
      }
      case 'array':
        return this.#array(name, field.element);
      default:
        return this.#take(name, this.#element(name, field));
    }
  }

  #take(name: string, node: FieldNode | undefined): boolean {
    if (node === undefined) {
      this.rest(`${name} does not fit`);
      return false;
    }
    this.#add(node);
    return true;
  }

  #element(name: string, field: ElementField): FieldNode | undefined {
    return field.type === 'integer'
      ? this.#integer(name, field.size, field.values)
      : this.#string(name, field.max);
  }

  #integer(name: string, size: number, values: string | undefined): FieldNode | undefined {
    const offset = this.#at;
    if (offset + size > this.#end) return undefined;
    this.#at += size;
    return { name, offset, octets: size, value: uint(this.#bytes, offset, size), values };
  }

  #string(name: string, max: number): FieldNode {
    const offset = this.#at;
    const nul = this.#bytes.subarray(0, this.#end).indexOf(0, offset);
    const textEnd = nul < 0 ? this.#end : nul;
    this.#at = nul < 0 ? this.#end : nul + 1;
    const octets = this.#at - offset;
    const tooLong = octets > max ? `${octets} octets with the NUL, at most ${max} are allowed` : undefined;
    return {
      name,
      offset,
      octets,
      value: latin1(this.#bytes, offset, textEnd),
      fault: nul < 0 ? 'no NUL at its end' : tooLong,
    };
  }

  #array(
    name: string,
    element: RecordElement | VariantElement | { readonly type: 'c_octet_string'; readonly max: number },
  ): boolean {
    const count = this.#counts.get(name) ?? 0;
    const offset = this.#at;
    const fields: FieldNode[] = [];
    let isWhole = true;
    for (let index = 0; index < count && isWhole; index++) {
      const item = this.#at < this.#end ? this.#item(`${name}[${index}]`, element) : undefined;
      if (item === undefined) isWhole = false;
      else fields.push(item);
    }
    const fault = isWhole ? undefined : `${count} are announced, ${fields.length} are there`;
    this.#add({ name, offset, octets: this.#at - offset, value: undefined, fields, fault });
    if (!isWhole) this.rest(`the element after ${name} does not fit`);
    return isWhole;
  }

  #item(
    name: string,
    element: RecordElement | VariantElement | { readonly type: 'c_octet_string'; readonly max: number },
  ): FieldNode | undefined {
    if (element.type === 'c_octet_string') return this.#string(name, element.max);
    const offset = this.#at;
    const fields: FieldNode[] = [];
    let definitions = element.type === 'record' ? element.fields : undefined;
    if (element.type === 'variant') {
      const tag = this.#integer(element.tag, 1, element.tag);
      if (tag === undefined) return undefined;
      fields.push(tag);
      definitions = element.cases[tag.value as number];
    }
    for (const [field, definition] of Object.entries(definitions ?? {})) {
      const node = this.#element(field, definition);
      if (node === undefined) return undefined;
      fields.push(node);
    }
    return definitions === undefined
      ? undefined
      : { name, offset, octets: this.#at - offset, value: undefined, fields };
  }
}

function octetsNode(name: string, bytes: Uint8Array, from: number, to: number): FieldNode {
  return { name, offset: from, octets: to - from, value: bytes.subarray(from, to) };
}

function tlvNode(tag: number, bytes: Uint8Array, offset: number): FieldNode {
  const name = tlvName(tag);
  const octets = tlvHeaderOctets + bytes.length;
  const place = { offset, octets, tag };
  if (name === undefined) {
    return { name: `tlv 0x${tag.toString(16).padStart(4, '0')}`, ...place, value: bytes };
  }
  const definition = tlvDefinition(tag)!;
  switch (definition.type) {
    case 'integer':
    case 'bitmask':
      // Six octets are the most that a number holds exactly.
      return { name, ...place, value: bytes.length > 6 ? bytes : uint(bytes, 0, bytes.length) };
    case 'c_octet_string': {
      const nul = bytes.indexOf(0);
      return { name, ...place, value: latin1(bytes, 0, nul < 0 ? bytes.length : nul) };
    }
    default:
      return { name, ...place, value: bytes };
  }
}

function headerNodes(bytes: Uint8Array): FieldNode[] {
  const names = ['command_length', 'command_id', 'command_status', 'sequence_number'];
  const nodes: FieldNode[] = [];
  for (const [index, name] of names.entries()) {
    const offset = index * 4;
    if (offset + 4 > bytes.length) {
      if (offset < bytes.length) {
        nodes.push({ ...octetsNode(name, bytes, offset, bytes.length), fault: 'the octets end inside it' });
      }
      break;
    }
    nodes.push({ name, offset, octets: 4, value: uint(bytes, offset, 4) });
  }
  return nodes;
}

/** The fields of one PDU, header included. Never throws, whatever the octets. */
export function fieldTree(bytes: Uint8Array): readonly FieldNode[] {
  const nodes = headerNodes(bytes);
  if (bytes.length < headerOctets) return nodes;
  const length = nodes[0]!.value as number;
  // A length that makes no sense is shown, and the octets are read as far as they go.
  const end = length >= headerOctets ? Math.min(length, bytes.length) : bytes.length;
  const name = commandName(nodes[1]!.value as number);
  const walk = new Walk(bytes, end);
  if (name === undefined) walk.rest('body of a command that nobody knows');
  else {
    walk.body(commands[name]);
    walk.tlvs();
  }
  const after = end < bytes.length ? [octetsNode('octets', bytes, end, bytes.length)] : [];
  return [
    ...nodes,
    ...walk.nodes,
    ...after.map((node) => ({ ...node, fault: 'after the end that command_length gives' })),
  ];
}
