/** Which links may stand in a text. */
import type { UrlFilter } from '../settings/filters.ts';
import { canonicalHost } from './host-name.ts';
import { latinReadings, withoutEscapes } from './look-alikes.ts';
import { findLinks, type Link, type LinkScan } from './urls.ts';

/** Why a text is refused for its links. */
export type UrlFinding = 'link' | 'link-blocked' | 'link-not-allowed' | 'too-many-links';

/** A compiled filter. */
export interface UrlRules {
  /** What is wrong with the text; undefined: nothing. Linear in its length; never throws. */
  find(text: string): UrlFinding | undefined;
}

// 20 MB of strings.
const maxDomains = 200_000;

/**
 * Compiles the lists. A domain holds its subdomains too, and is matched on label borders: `example.com` holds
 * `a.example.com`, not `badexample.com`. One label (`xyz`) holds all under it. A blocked link counts before
 * an allowed one. Throws a RangeError that names `place`, list and entry.
 */
export function compileUrlFilter(filter: UrlFilter, place: string): UrlRules {
  const tlds = new Set<string>();
  const block = domainSet(filter.block ?? [], `${place}.block`, tlds);
  const allow = filter.allow === undefined ? undefined : domainSet(filter.allow, `${place}.allow`, tlds);
  const none = filter.none === true;
  return {
    find: (text) => {
      const finding = judged(findLinks(text, tlds), block, none, allow);
      // Nearly no text has escapes in it.
      const read = finding === 'link-blocked' ? undefined : withoutEscapes(text);
      if (read === undefined) return finding;
      const other = judged(findLinks(read, tlds), block, none, allow);
      return other === 'link-blocked' ? other : (finding ?? other);
    },
  };
}

function judged(
  { links, full }: LinkScan,
  block: ReadonlySet<string>,
  none: boolean,
  allow: ReadonlySet<string> | undefined,
): UrlFinding | undefined {
  let finding: UrlFinding | undefined;
  for (const link of links) {
    if (block.size > 0 && isBlocked(block, link.host)) return 'link-blocked';
    finding ??= unwanted(link, none, allow);
  }
  return finding ?? (full ? 'too-many-links' : undefined);
}

/** The host, or one that it can be taken for. */
function isBlocked(block: ReadonlySet<string>, host: string): boolean {
  return holds(block, host) || latinReadings(host).some((reading) => holds(block, reading));
}

function unwanted(link: Link, none: boolean, allow: ReadonlySet<string> | undefined): UrlFinding | undefined {
  if (!link.certain) return undefined;
  if (none) return 'link';
  return allow === undefined || holds(allow, link.host) ? undefined : 'link-not-allowed';
}

/** The host itself, or what follows any of its dots. */
function holds(domains: ReadonlySet<string>, host: string): boolean {
  if (domains.has(host)) return true;
  for (let at = host.indexOf('.'); at >= 0; at = host.indexOf('.', at + 1)) {
    if (domains.has(host.slice(at + 1))) return true;
  }
  return false;
}

/**
 * The domains in the form of `canonicalHost`; their ends are added to `tlds`, so that bare ones are found.
 */
function domainSet(entries: readonly string[], place: string, tlds: Set<string>): ReadonlySet<string> {
  if (entries.length > maxDomains) throw new RangeError(`${place}: more than ${maxDomains} domains`);
  const domains = new Set<string>();
  entries.forEach((entry, index) => {
    const domain = domainOf(entry);
    if (domain === undefined) {
      throw new RangeError(
        `${place}[${index}]: "${entry}" is no domain; write only its name, as example.com, without scheme or path`,
      );
    }
    domains.add(domain);
    tlds.add(domain.slice(domain.lastIndexOf('.') + 1));
    const written = withoutDots(entry.trim());
    tlds.add(
      written
        .slice(written.lastIndexOf('.') + 1)
        .normalize('NFKC')
        .toLowerCase(),
    );
  });
  return domains;
}

function domainOf(entry: string): string | undefined {
  const written = entry.trim();
  const name = withoutDots(written.startsWith('*.') ? written.slice(2) : written);
  if (name === '' || !URL.canParse(`http://${name}/`)) return undefined;
  const url = new URL(`http://${name}/`);
  const isMore =
    (name.includes(':') && !name.startsWith('[')) ||
    url.username !== '' ||
    url.pathname !== '/' ||
    name.includes('..');
  if (isMore || url.search !== '' || url.hash !== '') return undefined;
  return canonicalHost(name);
}

function withoutDots(name: string): string {
  const from = name.startsWith('.') ? 1 : 0;
  return name.slice(from, name.endsWith('.') ? -1 : undefined);
}
