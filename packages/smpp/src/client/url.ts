import { nearest, type Version, versionByName } from '@chappe/protocol';
import type { BindKind } from '../core/states.ts';
import { SmppError } from '../errors.ts';

/** What an SMPP URL says. */
export interface SmppAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly systemId: string;
  readonly password: string;
  readonly bind?: BindKind;
  readonly version?: Version;
  readonly systemType?: string;
}

const kindWords: { readonly [word: string]: BindKind | undefined } = {
  transmitter: 'transmitter',
  tx: 'transmitter',
  receiver: 'receiver',
  rx: 'receiver',
  transceiver: 'transceiver',
  trx: 'transceiver',
};

const versionWords: { readonly [word: string]: Version | undefined } = versionByName;

/** The port assigned to SMPP, and the one in use for SMPP over TLS. */
const PORT = 2775;
const TLS_PORT = 3550;

const parameters = ['bind', 'version', 'system_type'] as const;

function wrong(message: string): never {
  throw new SmppError('CHAPPE_SMPP_OPTION', message);
}

const escapes = '%25 for %, %23 for #, %2F for /, %3F for ?, %40 for @, %3A for :';
const encoded = `signs of the system_id and the password that mean something in a URL are written in hexadecimal: ${escapes}`;

function decoded(part: string, what: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return wrong(`the ${what} in the URL has a % that is no escape: ${encoded}`);
  }
}

/**
 * What stands between scheme and host is looked at before the parser: it would take a password with `#`, `/` or `?` for a
 * host and a path, and leave out tabs and line ends.
 */
function checkSigns(text: string): void {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x20 || text.charCodeAt(at) === 0x7f) wrong('the URL has a control character');
  }
  const from = text.indexOf('://') + '://'.length;
  const end = text.slice(from).search(/[/?#]/);
  if (end >= 0 && text.lastIndexOf('@') > from + end) {
    wrong(`the URL has a /, ? or # before its last @: ${encoded}`);
  }
  if (text.includes('#')) wrong(`the URL has a #, for which an SMPP URL has no use: ${encoded}`);
}

/** The parameters of the URL, each known, once, and with a value. */
function parametersOf(url: URL): { readonly [name in (typeof parameters)[number]]?: string } {
  const given: { [name: string]: string } = {};
  for (const [name, value] of url.searchParams) {
    if (!parameters.some((known) => known === name)) {
      const meant = nearest(name, parameters);
      const hint = meant === undefined ? `known are ${parameters.join(', ')}` : `did you mean ${meant}?`;
      wrong(`the URL has an unknown parameter ${name}: ${hint}`);
    }
    if (Object.hasOwn(given, name)) wrong(`the URL has the parameter ${name} twice`);
    given[name] = value;
  }
  return given;
}

function wordOf<T>(
  words: { readonly [word: string]: T | undefined },
  given: string | undefined,
  what: string,
): T | undefined {
  if (given === undefined) return undefined;
  const meant = Object.hasOwn(words, given) ? words[given] : undefined;
  return meant ?? wrong(`unknown ${what} ${given} in the URL: ${Object.keys(words).join(', ')}`);
}

/**
 * Reads `smpp://system_id:password@host:port?bind=transceiver&version=3.4&system_type=x`. `smpps:` and `ssmpp:` mean
 * TLS. Ports default to 2775 and 3550. Characters that mean something in a URL are percent-encoded: `100%` is written
 * `100%25`. Throws `CHAPPE_SMPP_OPTION` for whatever else it may hold, a path, a fragment or an unknown parameter; the
 * message never has the password.
 */
export function readSmppUrl(given: string): SmppAddress {
  const text = String(given).trim();
  if (!text.includes('://')) wrong('not a URL: an SMPP URL looks like smpp://system_id:password@host:2775');
  checkSigns(text);
  if (!URL.canParse(text)) {
    wrong(`not a URL: an SMPP URL looks like smpp://system_id:password@host:2775; ${encoded}`);
  }
  const url = new URL(text);
  const tls = url.protocol === 'smpps:' || url.protocol === 'ssmpp:';
  if (!tls && url.protocol !== 'smpp:') wrong(`unknown scheme ${url.protocol} (smpp:, smpps: or ssmpp:)`);
  if (url.hostname === '') wrong('the URL has no host');
  if (url.port === '0') wrong('the URL has port 0, to which nothing can connect');
  if (url.pathname !== '' && url.pathname !== '/')
    wrong(`the URL has a path, which means nothing here: ${encoded}`);
  const { bind: bindWord, version: versionWord, system_type: systemType } = parametersOf(url);
  const bind = wordOf(kindWords, bindWord, 'bind');
  const version = wordOf(versionWords, versionWord, 'version');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (tls ? TLS_PORT : PORT) : Number(url.port),
    tls,
    systemId: decoded(url.username, 'system_id'),
    password: decoded(url.password, 'password'),
    ...(bind !== undefined && { bind }),
    ...(version !== undefined && { version }),
    ...(systemType !== undefined && { systemType }),
  };
}
