/** What is told when a process begins: folders that others write into, and too few files for its connections. */
import { describe, expect, it } from 'vitest';
import { openFileLimit, startWarnings } from '../../src/start/start-warnings.ts';

const strict = (): undefined => undefined;
const limits = (soft: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units
Max file size             unlimited            unlimited            bytes
Max open files            ${soft.padEnd(20)} 524288               files
`;

describe('open files', () => {
  it.each([
    ['256', 256],
    ['1048576', 1_048_576],
    ['unlimited', undefined],
  ])('%s', (soft, limit) => {
    expect(openFileLimit(() => limits(soft))).toBe(limit);
  });

  it('are not known where the system does not tell', () => {
    const missing = (): string => {
      throw new Error('ENOENT');
    };
    expect(openFileLimit(missing)).toBeUndefined();
    expect(openFileLimit(() => '')).toBeUndefined();
  });

  it.each([
    [256, 400, 1],
    [10_000, 10_000, 1],
    [10_300, 10_000, 0],
    [1_048_576, 10_000, 0],
    [undefined, 10_000, 0],
  ])('%s for %i connections', (openFiles, connections, count) => {
    const told = startWarnings('./data', connections, 'smpp.defaults.connections', {
      openFiles,
      looseFolder: strict,
    });
    expect(told).toHaveLength(count);
    if (count > 0)
      expect(told[0]).toMatch(
        new RegExp(`${openFiles} .*${connections} .*smpp.defaults.connections.*LimitNOFILE`),
      );
  });
});

describe('the data folder', () => {
  const loose = (folder: string): string => `others may write into ${folder}`;

  it('is told of where others may write', () => {
    const told = startWarnings('/srv/chappe', 1, 'x', { openFiles: undefined, looseFolder: loose });
    expect(told).toEqual(['others may write into /srv/chappe']);
  });

  it('is none where nothing is kept', () => {
    expect(startWarnings(':memory:', 1, 'x', { openFiles: undefined, looseFolder: loose })).toEqual([]);
  });
});
