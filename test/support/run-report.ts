import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What one failure may say, so that all of them fit into the end of a log that is cut; beyond `many`, its first line. */
const maxLines = 15;
const maxColumns = 300;
const many = 30;

/**
 * Writes what .ci/run ends with: a line with the numbers of what passed and what failed, then each failure with its
 * file, its full name and how its message begins. Vitest's own report in JSON leaves out what fails beside the tests: hooks of
 * suites, and errors that nobody caught.
 */
class RunReport implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], uncaught: readonly SerializedError[]): void {
    const failures: [string, readonly SerializedError[]][] = [];
    let passed = 0;
    for (const module of modules) {
      const name = module.relativeModuleId;
      if (module.errors().length > 0) failures.push([name, module.errors()]);
      for (const suite of module.children.allSuites())
        if (suite.errors().length > 0) failures.push([`${name} > ${suite.fullName}`, suite.errors()]);
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failures.push([`${name} > ${test.fullName}`, errors]);
      }
    }
    for (const error of uncaught)
      failures.push([`${fileOf(error) ?? 'beside all tests'}: an error that nobody caught`, [error]]);
    const lines = failures.length > many ? 1 : maxLines;
    const texts = failures.map(([name, errors]) => `${name}\n${beginning(errors, lines)}`);
    writeFileSync(this.#file, `${passed} ${failures.length}\n${texts.join('')}`);
  }
}

/** Which tests ran when it came. */
function fileOf({ VITEST_TEST_PATH: path }: SerializedError): string | undefined {
  return typeof path === 'string' ? relative('', path) : undefined;
}

function beginning(errors: readonly SerializedError[], count: number): string {
  return errors
    .flatMap(({ name, message, diff, stack, stacks }) => {
      const [at] = stacks ?? [];
      const where = at
        ? [`at ${relative('', at.file)}:${at.line}:${at.column}`]
        : // Of an error that nobody caught only this is there.
          (stack?.match(/^ *at .*$/m)?.map((line) => line.trim()) ?? []);
      const told = `${name ?? 'Error'}: ${message}\n${typeof diff === 'string' ? diff : ''}`;
      const lines = stripVTControlCharacters(told)
        .split('\n')
        .filter((line) => line.trim() !== '');
      return [...lines.slice(0, Math.max(1, count - where.length)), ...where];
    })
    .slice(0, count)
    .map((line) => `    ${line.slice(0, maxColumns)}\n`)
    .join('');
}

/** For people; CHAPPE_TEST_REPORT names a file for a report beside it. That is first: on Node 20 Vitest's own throws at failures. */
export function reporters(): ('default' | Reporter)[] {
  const file = process.env.CHAPPE_TEST_REPORT;
  return file ? [new RunReport(file), 'default'] : ['default'];
}
