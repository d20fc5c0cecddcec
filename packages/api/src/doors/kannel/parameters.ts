/** The variables of a sendsms request as octets: from a query, or from X-Kannel headers and a body. */
import type { IncomingHttpHeaders } from 'node:http';

/** Reads a variable; undefined: it was not given. */
export interface Parameters {
  octets(name: string): Uint8Array | undefined;
  text(name: string): string | undefined;
}

/** The variables of a query. The first of several of one name counts. */
export function queryParameters(query: string): Parameters {
  const values = new Map<string, Uint8Array>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = unescaped(at < 0 ? pair : pair.slice(0, at)).toString('latin1');
    if (name !== '' && !values.has(name)) values.set(name, unescaped(at < 0 ? '' : pair.slice(at + 1)));
  }
  const octets = (name: string): Uint8Array | undefined => values.get(name);
  return { octets, text: (name) => textOf(octets(name)) };
}

/** Plus is a space, %XX an octet; a percent that begins none stands for itself. */
function unescaped(written: string): Buffer {
  const octets = written
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1');
}

const headerNames: Readonly<Record<string, string>> = {
  username: 'x-kannel-username',
  user: 'x-kannel-user',
  password: 'x-kannel-password',
  pass: 'x-kannel-pass',
  from: 'x-kannel-from',
  to: 'x-kannel-to',
  udh: 'x-kannel-udh',
  coding: 'x-kannel-coding',
  mclass: 'x-kannel-mclass',
  mwi: 'x-kannel-mwi',
  compress: 'x-kannel-compress',
  validity: 'x-kannel-validity',
  deferred: 'x-kannel-deferred',
  priority: 'x-kannel-priority',
  pid: 'x-kannel-pid',
  'alt-dcs': 'x-kannel-alt-dcs',
  rpi: 'x-kannel-rpi',
  'dlr-mask': 'x-kannel-dlr-mask',
  'dlr-url': 'x-kannel-dlr-url',
  account: 'x-kannel-account',
  binfo: 'x-kannel-binfo',
  'meta-data': 'x-kannel-meta-data',
};

/** The variables of a POST: X-Kannel headers, where a header of user data is in hexadecimal, and the body, as it came. */
export function headerParameters(headers: IncomingHttpHeaders, body: Uint8Array): Parameters | undefined {
  const type = contentTypeOf(headers['content-type']);
  if (type === undefined) return undefined;
  const text = (name: string): string | undefined => {
    if (name === 'charset') return type.charset;
    const value = headers[headerNames[name] ?? ''];
    if (name === 'coding' && value === undefined) return type.coding;
    // Node reads headers as Latin-1; who writes UTF-8 into them means that.
    return typeof value === 'string' ? Buffer.from(value, 'latin1').toString() : undefined;
  };
  const octets = (name: string): Uint8Array | undefined => {
    if (name === 'text') return body;
    const value = text(name);
    if (value === undefined) return undefined;
    if (name !== 'udh') return Buffer.from(value);
    return /^([0-9a-f]{2})+$/i.test(value) ? Buffer.from(value, 'hex') : noHeader;
  };
  return { octets, text };
}

// A length of nothing: read as one that is no header.
const noHeader = Uint8Array.of(0xff);

/** What a body is by its type; undefined: Kannel takes none of that type. */
function contentTypeOf(
  header: string | undefined,
): { readonly coding: string | undefined; readonly charset: string | undefined } | undefined {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const charset = parameters.find((one) => /^charset=/i.test(one))?.slice('charset='.length);
  switch (type.toLowerCase()) {
    case 'text/plain': {
      const isWide = /^(utf-16be|ucs-2|iso-10646-ucs-2)$/i.test(charset ?? '');
      return { coding: isWide ? '2' : undefined, charset: charset?.replaceAll('"', '') };
    }
    case 'application/octet-stream':
      return { coding: '1', charset: undefined };
    default:
      return undefined;
  }
}

function textOf(octets: Uint8Array | undefined): string | undefined {
  return octets === undefined ? undefined : Buffer.from(octets).toString();
}
