/** Node 22 warns of SQLite in every process that loads it, so only those do that keep something on disk. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('in memory SQLite is not even loaded', () => {
  const program = `
    import { Center, MemoryControl, MemoryStore } from '@chappe/center';
    console.log(typeof Center, typeof new MemoryStore(), typeof new MemoryControl(), process.moduleLoadList.filter((name) => name.includes('sqlite')).join());
  `;
  const args = ['--conditions=chappe-source', '--input-type=module', '-e', program];
  const printed = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' });
  expect(printed.trim()).toBe('function object object');
});
