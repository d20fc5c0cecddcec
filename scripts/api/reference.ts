/** `npm run reference`: every package's offer with its doc comments, as pages in build/reference. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../packages.ts';
import { builtOffers, type Offer } from './built.ts';
import type { Declared, Door } from './doors.ts';

const style = `body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
pre { background: #8881; padding: .75rem; overflow-x: auto; font-size: 14px; }
h2 { border-top: 1px solid #8885; padding-top: 1rem; } a { color: #06c; } nav a { margin-right: 1rem; }
p.lines { white-space: pre-line; } ul { columns: 3 14rem; list-style: none; padding: 0; } small { color: #888; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; } a { color: #6af; } }`;

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
}

function pageName(door: Door): string {
  return `${door.name.replace('@chappe/', '').replaceAll('/', '-')}.html`;
}

function page(title: string, doors: readonly Door[], body: string): string {
  const links = doors.map((door) => `<a href="${pageName(door)}">${door.name}</a>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${style}</style></head>
<body><nav>${links}</nav><h1>${title}</h1>
${body}
</body></html>
`;
}

/** Paragraphs, lists as they were written, and code in backquotes. */
function prose(doc: string): string {
  return doc
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => {
      const html = escaped(paragraph).replace(/`([^`]+)`/g, '<code>$1</code>');
      return /^\s*(-|\d\.) /m.test(paragraph) ? `<p class="lines">${html}</p>` : `<p>${html}</p>`;
    })
    .join('\n');
}

type Places = ReadonlyMap<string, string>;

/** The declaration, in which every name that has a place leads there. */
function code({ name, commented }: Declared, places: Places): string {
  const linked = escaped(commented).replace(/\b[A-Za-z]\w+\b/g, (word) => {
    const place = word === name ? undefined : places.get(word);
    return place === undefined ? word : `<a href="${place}">${word}</a>`;
  });
  return `<pre><code>${linked}</code></pre>`;
}

function section(item: Declared, places: Places): string {
  return `<h2 id="${item.name}">${item.name}</h2>\n${prose(item.doc)}\n${code(item, places)}\n<small>${item.source}</small>`;
}

function body({ wholly, handedOn, items, reached }: Door, places: Places): string {
  const list = items.map(({ name }) => `<li><a href="#${name}">${name}</a></li>`).join('\n');
  const others = [
    ...wholly.map((from) => `All of ${from}.`),
    ...handedOn.map((item) => `${item.name} of ${item.from}.`),
  ];
  return [
    ...others.map((text) => `<p>And: ${text}</p>`),
    `<ul>${list}</ul>`,
    ...items.map((item) => section(item, places)),
    reached.length > 0 ? '<h1>Met in these types, and not exported</h1>' : '',
    ...reached.map((item) => section(item, places)),
  ].join('\n');
}

/** The page of each door, by the name of its file, and the one that leads to them. */
export function pagesOf(offers: readonly Offer[]): Map<string, string> {
  const doors = offers.flatMap((offer) => offer.doors);
  // Types alone: a word like `encode` in a comment is no link.
  const places = new Map<string, string>();
  for (const door of doors) {
    for (const { name } of [...door.reached, ...door.items]) {
      if (/^[A-Z]/.test(name)) places.set(name, `${pageName(door)}#${name}`);
    }
  }
  const about = offers.map(
    ({ name, manifest }) => `<p><b>${name}</b><br>${escaped(manifest.description ?? '')}</p>`,
  );
  const pages = new Map([['index.html', page('Chappe', doors, about.join('\n'))]]);
  for (const door of doors) pages.set(pageName(door), page(door.name, doors, body(door, places)));
  return pages;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, 'build', 'reference');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, html] of pagesOf(builtOffers())) writeFileSync(join(folder, name), html);
  console.log(join(folder, 'index.html'));
}
