/**
 * `npm run api`: writes packages/NAME/api.md, all that a package offers, without comments. Whoever changes that sees it in
 * the commit. `--check` writes nothing and ends with 1 where a report says something else.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtOffers, type Offer } from './built.ts';
import type { Declared, Door } from './doors.ts';

const command = 'npm run api';

/** Whether a declaration shows by itself under which name it is imported. */
function saysItsName({ name, text }: Declared): boolean {
  return new RegExp(`^[^{(=:]* ${name}\\b`).test(text);
}

function block(items: readonly Declared[]): string {
  const texts = items.map((item) => (saysItsName(item) ? item.text : `// as ${item.name}\n${item.text}`));
  return `\`\`\`ts\n${texts.join('\n\n')}\n\`\`\`\n`;
}

function doorText({ name, wholly, handedOn, items, reached }: Door): string {
  const parts = [`## ${name}\n`];
  for (const other of wholly) parts.push(`All of ${other}, and:\n`);
  if (items.length > 0) parts.push(block(items));
  if (handedOn.length > 0) {
    parts.push(`Handed on: ${handedOn.map((item) => `\`${item.name}\` of ${item.from}`).join(', ')}.\n`);
  }
  if (items.length + handedOn.length + wholly.length === 0) parts.push('Nothing to import.\n');
  if (reached.length > 0) parts.push('Met by users in the types above, and not exported:\n', block(reached));
  return parts.join('\n');
}

/** The report of a package. */
export function reportOf({ name, doors }: Offer): string {
  const head = `# What ${name} offers\n\nWritten by \`${command}\` from the declarations; \`npm run check\` compares.\n`;
  return [head, ...doors.map(doorText)].join('\n');
}

/** The first line that differs, as it is and as it should be. */
function difference(is: string, should: string): string {
  const [mine, theirs] = [is.split('\n'), should.split('\n')];
  const at = theirs.findIndex((line, index) => line !== mine[index]);
  const line = at < 0 ? theirs.length : at;
  return `  line ${line + 1}: ${mine[line] ?? '(ends)'}\n  now:    ${theirs[line] ?? '(ends)'}`;
}

/** Says whether the reports are what the packages offer. */
function check(offers: readonly Offer[]): void {
  for (const offer of offers) {
    const path = join(offer.folder, 'api.md');
    const [before, report] = [existsSync(path) ? readFileSync(path, 'utf8') : '', reportOf(offer)];
    if (before === report) continue;
    console.error(
      `${offer.path}/api.md is not what the package offers now: ${command}\n${difference(before, report)}`,
    );
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const offers = builtOffers();
  if (process.argv.includes('--check')) check(offers);
  else for (const offer of offers) writeFileSync(join(offer.folder, 'api.md'), reportOf(offer));
}
