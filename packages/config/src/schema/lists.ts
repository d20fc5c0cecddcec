/** Lists of numbers and senders, in the configuration or in files beside it. */
import { z } from 'zod';
import { emptyList, required, scalar, section } from './field.ts';
import { fileLines, type World } from './world.ts';

/** One value, a list, or `{file: list.txt}` with one a line; files may also stand in the list. */
export function listOrFile(world: World, read: (text: string) => string): z.ZodType<readonly string[]> {
  const item = scalar(read).transform((value): readonly string[] => [value]);
  const file = section({
    file: required(
      scalar((path): readonly string[] => fileLines(path, world, read)),
      'a file with one a line, # begins a comment',
    ),
  }).transform((given): readonly string[] => given.file);
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

/** The same; `any`, or none of these, is no condition. */
export function conditionList(
  world: World,
  read: (text: string) => string,
): z.ZodType<readonly string[] | undefined> {
  const readOrAny = (text: string): string => (text === any ? text : read(text));
  return listOrFile(world, readOrAny).transform((list) => (list.includes(any) ? undefined : list));
}
