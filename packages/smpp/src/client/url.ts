import type { BindKind, Version } from '../core/states.ts';
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

const versionWords: { readonly [word: string]: Version | undefined } = {
  '3.3': 0x33,
  '3.4': 0x34,
  '5.0': 0x50,
};

/** The port assigned to SMPP, and the one in use for SMPP over TLS. */
const PORT = 2775;
const TLS_PORT = 3550;

function wrong(message: string): never {
  throw new SmppError('CHAPPE_SMPP_OPTION', message);
}

/**
 * Reads `smpp://system_id:password@host:port?bind=transceiver&version=3.4&system_type=x`. `smpps:` and `ssmpp:` mean
 * TLS. Ports default to 2775 and 3550. Characters that mean something in a URL are percent-encoded. Throws
 * `CHAPPE_SMPP_OPTION`; the message never has the password.
 */
export function readSmppUrl(text: string): SmppAddress {
  if (!URL.canParse(text)) wrong('not a URL: an SMPP URL looks like smpp://system_id:password@host:2775');
  const url = new URL(text);
  const tls = url.protocol === 'smpps:' || url.protocol === 'ssmpp:';
  if (!tls && url.protocol !== 'smpp:') wrong(`unknown scheme ${url.protocol} (smpp:, smpps: or ssmpp:)`);
  if (url.hostname === '') wrong('the URL has no host');
  const bindWord = url.searchParams.get('bind');
  const bind = bindWord === null ? undefined : (kindWords[bindWord] ?? wrong(`unknown bind ${bindWord}`));
  const versionWord = url.searchParams.get('version');
  const version =
    versionWord === null ? undefined : (versionWords[versionWord] ?? wrong(`unknown version ${versionWord}`));
  const systemType = url.searchParams.get('system_type') ?? undefined;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (tls ? TLS_PORT : PORT) : Number(url.port),
    tls,
    systemId: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(bind !== undefined && { bind }),
    ...(version !== undefined && { version }),
    ...(systemType !== undefined && { systemType }),
  };
}
