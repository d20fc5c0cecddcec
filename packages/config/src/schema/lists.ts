/** Lists of numbers and senders, in the configuration or in files beside it. */

import type { AddressList, ListFileKind } from '@chappe/policy';
import { z } from 'zod';
import { emptyList, required, scalar, section } from './field.ts';
import { fileLines, type ReadContext, tableOfFile } from './read-context.ts';

type Read = (text: string) => string;

/** One value, a list, or `{file: list.txt}` with one a line; files may also stand in the list. For some thousand entries. */
export function listOrFile(world: ReadContext, read: Read): z.ZodType<readonly string[]> {
  return listOf(read, (path) => fileLines(path, world, read));
}

/** The same for millions: files are kept as tables. */
export function addressList(world: ReadContext, kind: ListFileKind, read: Read): z.ZodType<AddressList> {
  return listOf<AddressList[number]>(read, (name) => [tableOfFile(name, kind, world, read)]);
}

function listOf<E>(
  read: Read,
  readFile: (path: string) => readonly (E | string)[],
): z.ZodType<readonly (E | string)[]> {
  const item = scalar(read).transform((value): readonly (E | string)[] => [value]);
  const file = section({
    file: required(scalar(readFile), 'a file with one a line, # begins a comment'),
  }).transform((given) => given.file as readonly (E | string)[]);
  return z.union(
    [
      item,
      z
        .array(z.union([item, file]))
        .min(1, { error: emptyList })
        .transform((parts) => parts.flat()),
      file,
    ],
    {
      error: 'expected a value, a list of them, or {file: list.txt}',
    },
  );
}

const any = 'any';

/** As `listOrFile`; `any`, or none of these, is no condition. */
export function conditionList(world: ReadContext, read: Read): z.ZodType<readonly string[] | undefined> {
  return listOrFile(world, orAny(read)).transform((list) => (list.includes(any) ? undefined : list));
}

/** As `addressList`; `any`, or none of these, is no condition. */
export function addressCondition(
  world: ReadContext,
  kind: ListFileKind,
  read: Read,
): z.ZodType<AddressList | undefined> {
  return addressList(world, kind, orAny(read)).transform((list) => (list.includes(any) ? undefined : list));
}

function orAny(read: Read): Read {
  return (text) => (text === any ? text : read(text));
}
