/**
 * Finds what a phone makes a link of: `scheme://host`, `www.host`, and bare host names with a known end. One
 * pass over the text in linear time, without regular expressions. It is strict in favour of the filter: where
 * phones differ, every reading is told.
 *
 * A text falls into runs of host name characters. A run with an inner dot is walked from its end for the last
 * label that is a known end; the host name begins after the nearest empty or overlong label before it. Where
 * letters of another script touch a name (a sentence without spaces), both readings are told. Behind a scheme
 * stands what RFC 3986 3.2 calls the authority, and the host is what follows its last `@`.
 */
import { breaks, classOf, dot, plainHost } from './characters.ts';
import {
  asciiTail,
  canonicalHost,
  hostStart,
  isAscii,
  isClock,
  isQuad,
  maxHost,
  tldEnd,
  trimmedStart,
  www,
} from './host-name.ts';
import {
  isAlphanumeric,
  isAuthorityEnd,
  isDigit,
  isEscape,
  isHostUnit,
  isPathEnd,
  isPathStart,
  isSlash,
} from './link-characters.ts';

/** One link, or what may be one. */
export interface Link {
  /** As the DNS asks for it: small letters, punycode, IPv4 dotted, IPv6 in brackets. */
  readonly host: string;
  /**
   * False: only some phones would take it for a link to there (mail addresses, names inside the path of
   * another link, second readings). It counts for block lists and for nothing else.
   */
  readonly certain: boolean;
}

/** What was found. */
export interface LinkScan {
  readonly links: readonly Link[];
  /** True when there were more than 100: the rest was not looked at. */
  readonly full: boolean;
  /** Characters looked at, with repeats: a bounded multiple of the length of the text. */
  readonly steps: number;
}

// No honest text has as many; each costs a look into the lists.
const maxLinks = 100;
// Of schemes only these do without the second slash, or with backslashes, in browsers.
const lenientSchemes: readonly string[] = ['https', 'http', 'ftp'];

const point = 0x2e;
const colon = 0x3a;
const atSign = 0x40;
const bracket = 0x5b;

const noTlds: ReadonlySet<string> = new Set();

/** Finds the links of a text. `tlds`: ends that count as known beside those of the table. Never throws. */
export function findLinks(text: string, tlds: ReadonlySet<string> = noTlds): LinkScan {
  const scanner = new Scanner(text, tlds);
  scanner.scan(0, text.length);
  return scanner;
}

class Scanner implements LinkScan {
  readonly links: Link[] = [];
  full = false;
  steps = 0;
  readonly #text: string;
  readonly #tlds: ReadonlySet<string>;
  /** True behind a host name, up to the end of its path and query. */
  #inPath = false;

  constructor(text: string, tlds: ReadonlySet<string>) {
    this.#text = text;
    this.#tlds = tlds;
  }

  scan(from: number, to: number): void {
    for (let at = from; at < to && !this.full; ) {
      this.steps += 1;
      const unit = this.#text.charCodeAt(at);
      at = classOf(unit) === breaks ? this.#separator(unit, at, to) : this.#run(at, to);
    }
  }

  #separator(unit: number, at: number, to: number): number {
    if (unit === colon) {
      const from = this.#afterSlashes(at);
      if (from > 0) return this.#authority(at, from, to);
    }
    if (this.#inPath && isEscape(this.#text, at)) return at + 3;
    if (this.#inPath && isPathEnd(unit)) this.#inPath = false;
    return at + 1;
  }

  /** Where the authority begins, when a scheme ends at `colonAt`; 0 when none does. */
  #afterSlashes(colonAt: number): number {
    const text = this.#text;
    if (!isSlash(text.charCodeAt(colonAt + 1)) || !isAlphanumeric(text.charCodeAt(colonAt - 1))) return 0;
    const word = text.slice(Math.max(0, colonAt - 5), colonAt).toLowerCase();
    if (lenientSchemes.some((scheme) => word.endsWith(scheme))) {
      let from = colonAt + 1;
      while (isSlash(text.charCodeAt(from))) from += 1;
      this.steps += from - colonAt;
      return from;
    }
    return text.startsWith('//', colonAt + 1) ? colonAt + 3 : 0;
  }

  #authority(colonAt: number, from: number, to: number): number {
    const text = this.#text;
    let end = from;
    let userEnd = -1;
    for (; end < to && !isAuthorityEnd(text.charCodeAt(end)); end += 1) {
      if (text.charCodeAt(end) === atSign) userEnd = end;
    }
    this.steps += end - from;
    if (this.#inPath && !this.#isNested(colonAt)) this.#inPath = false;
    // `https://bank.example@evil.example`: what stands before the `@` is looked at like any text.
    if (userEnd > from) this.scan(from, userEnd);
    const first = userEnd < 0 ? from : userEnd + 1;
    let last = first;
    if (text.charCodeAt(first) === bracket) {
      while (last < end && text[last] !== ']') last += 1;
      last = Math.min(last + 1, end);
      this.#tell(text.slice(first, last), !this.#inPath);
    } else {
      while (last < end && isHostUnit(text, last)) last += 1;
      this.#tellNamed(plainHost(text, first, last), last);
    }
    this.steps += last - first;
    return this.#afterHost(last);
  }

  /**
   * Inside the path of another link: `?url=https://...` is part of it, `,https://...` is a link of its own.
   */
  #isNested(colonAt: number): boolean {
    let at = colonAt - 1;
    while (at >= 0 && colonAt - at < 32 && isAlphanumeric(this.#text.charCodeAt(at))) at -= 1;
    return at >= 0 && '=/?&#:%'.includes(this.#text.charAt(at));
  }

  /**
   * The host behind a scheme or from `www.` on, which may have any end. A sentence in another script may
   * follow it without a space.
   */
  #tellNamed(named: string, end: number): void {
    let from = 0;
    while (named.charCodeAt(from) === point) from += 1;
    const gap = named.indexOf('..', from);
    const whole = trimmedEnd(named.slice(from, gap < 0 ? named.length : gap));
    if (gap > 0) this.#tellNames(named.slice(gap), { afterAt: false, beforeAt: false, followed: false });
    if (whole === '') return;
    const certain = !this.#inPath;
    const known = this.#lastKnownEnd(whole);
    const rest = known < 0 ? '' : whole.slice(known);
    const host = isAscii(rest) || this.#isFollowed(end) ? whole : whole.slice(0, known);
    this.#tell(host, certain);
    if (rest !== '') this.#tell(host === whole ? whole.slice(0, known) : whole, false);
    this.#tellReadings(host);
  }

  #lastKnownEnd(host: string): number {
    for (let to = host.length; to > 0; ) {
      const before = host.lastIndexOf('.', to - 1);
      this.steps += to - before;
      const end = before < 1 ? -1 : tldEnd(host, before + 1, to, this.#tlds);
      if (end > 0) return end;
      to = before;
    }
    return -1;
  }

  #run(from: number, to: number): number {
    const text = this.#text;
    let dots = 0;
    let wide = false;
    let at = from;
    for (; at < to; at += 1) {
      const unit = text.charCodeAt(at);
      const kind = classOf(unit);
      if (kind === breaks) break;
      if (kind === dot) dots += 1;
      if (unit < 0x80) continue;
      // Some phones end a path at the first character beyond ASCII.
      if (this.#inPath && at > from) break;
      this.#inPath = false;
      wide = true;
    }
    this.steps += at - from;
    return dots === 0 ? at : this.#bare(from, at, wide);
  }

  /** A run with dots, without a scheme before it. */
  #bare(from: number, end: number, wide: boolean): number {
    const run = wide ? plainHost(this.#text, from, end) : this.#text.slice(from, end);
    const named = www(run) || (wide ? www(asciiTail(run)) : '');
    this.steps += run.length;
    if (named !== '') {
      this.#tellNamed(named, end);
      return this.#afterHost(end);
    }
    const around = {
      afterAt: this.#text.charCodeAt(from - 1) === atSign,
      beforeAt: this.#text.charCodeAt(end) === atSign,
      followed: this.#isFollowed(end),
    };
    // An IPv4 address without a path may as well be a phone number or a version.
    const isAddress = around.followed && isQuad(run);
    if (isAddress) this.#tell(run, !this.#inPath);
    return this.#tellNames(run, around) || isAddress ? this.#afterHost(end) : end;
  }

  /** Host names with a known end in one run, last first. True when the last one reaches to its end. */
  #tellNames(run: string, around: Around): boolean {
    const end = trimmedEnd(run).length;
    let isLast = true;
    let reached = false;
    for (let to = end; to > 0 && !this.full; ) {
      const before = run.lastIndexOf('.', to - 1);
      if (before < 1) break;
      this.steps += to - before;
      const known = run.charCodeAt(before - 1) === point ? -1 : tldEnd(run, before + 1, to, this.#tlds);
      if (known < 0) {
        to = before;
        continue;
      }
      const first = hostStart(run, before);
      this.steps += before - first;
      const followed = isLast && around.followed;
      if (first === before) {
        // The label before the end is too long for a host name: a sentence that touches one, if anything.
        this.#tell(asciiTail(run.slice(Math.max(0, known - maxHost), known)), !this.#inPath);
      } else {
        const isMail = (around.beforeAt && known === end) || (around.afterAt && first === 0 && !followed);
        const host = trimmedStart(run.slice(first, known));
        const certain = !this.#inPath && !isMail && (followed || !isClock(host));
        this.#tell(host, certain);
        // `good.example.unheard/path`: the path says that the end, though not known here, is one.
        if (followed && known < end) this.#tell(trimmedStart(run.slice(first, end)), certain);
        this.#tellReadings(host);
      }
      reached ||= isLast && (known === end || followed);
      isLast = false;
      to = first;
    }
    return reached;
  }

  /** Second readings of a name in which two scripts meet. */
  #tellReadings(host: string): void {
    if (isAscii(host)) return;
    this.#tell(asciiTail(host), false);
    for (let at = host.indexOf('.'); at > 0 && !this.full; ) {
      const next = host.indexOf('.', at + 1);
      if (next < 0) return;
      const known = tldEnd(host, at + 1, next, this.#tlds);
      if (known > 0 && known < next) this.#tell(trimmedStart(host.slice(0, known)), false);
      at = next;
    }
  }

  #tell(host: string, certain: boolean): void {
    if (host === '') return;
    this.steps += host.length;
    if (this.links.length >= maxLinks) this.full = true;
    else this.links.push({ host: canonicalHost(host), certain });
  }

  /** True when a path or a port follows at once: then it was a link for sure. */
  #isFollowed(at: number): boolean {
    const unit = this.#text.charCodeAt(at);
    return isSlash(unit) || (unit === colon && isDigit(this.#text.charCodeAt(at + 1)));
  }

  /** Steps over a port and into a path. */
  #afterHost(from: number): number {
    let at = from;
    if (this.#text.charCodeAt(at) === colon && isDigit(this.#text.charCodeAt(at + 1))) {
      at += 1;
      while (isDigit(this.#text.charCodeAt(at))) at += 1;
      this.steps += at - from;
    }
    if (isPathStart(this.#text.charCodeAt(at))) this.#inPath = true;
    return at;
  }
}

/** What stands around a run: an `@` before or behind it, a path or port behind it. */
interface Around {
  readonly afterAt: boolean;
  readonly beforeAt: boolean;
  readonly followed: boolean;
}

function trimmedEnd(host: string): string {
  let end = host.length;
  while (end > 0 && host.charCodeAt(end - 1) === point) end -= 1;
  return host.slice(0, end);
}
