/** Settings of the commands that connect to a message centre. */
import { type SmppVersion, smppVersions } from '@chappe/protocol';
import { type BindKind, type ClientOptions, readSmppUrl } from '@chappe/smpp';
import type { Settings } from './setting.ts';
import { duration, one, oneOf, onOff, text } from './values.ts';

/** How to reach a message centre. */
export interface ConnectionValues {
  readonly url: string;
  readonly systemId: string | undefined;
  readonly password: string | undefined;
  readonly bind: BindKind | undefined;
  readonly smppVersion: SmppVersion | undefined;
  readonly systemType: string | undefined;
  readonly addressRange: string | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly connectTimeoutMs: number;
}

const table: Settings<Omit<ConnectionValues, 'bind'>> = {
  url: {
    flag: 'url',
    value: 'url',
    env: 'CHAPPE_URL',
    about: 'the message centre: smpp://system_id:password@host:port, smpps:// for TLS',
    fallback: 'smpp://127.0.0.1:2775',
    read: one(text),
  },
  systemId: {
    flag: 'system-id',
    short: 'u',
    value: 'name',
    env: 'CHAPPE_SYSTEM_ID',
    about: 'who we are; wins over the URL',
    fallback: undefined,
    shown: 'that of the URL, else chappe',
    read: one(text),
  },
  password: {
    flag: 'password',
    short: 'p',
    value: 'word',
    env: 'CHAPPE_PASSWORD',
    isSecret: true,
    about: 'better in the variable or its file than on a command line, which other users can see',
    fallback: undefined,
    read: one(text),
  },
  smppVersion: {
    flag: 'smpp-version',
    value: 'version',
    env: 'CHAPPE_SMPP_VERSION',
    about: '3.3, 3.4 or 5.0',
    fallback: undefined,
    shown: 'that of the URL, else 3.4',
    read: one(oneOf(...smppVersions)),
  },
  systemType: {
    flag: 'system-type',
    value: 'type',
    env: 'CHAPPE_SYSTEM_TYPE',
    about: 'some operators want one',
    fallback: undefined,
    read: one(text),
  },
  addressRange: {
    flag: 'address-range',
    value: 'range',
    env: 'CHAPPE_ADDRESS_RANGE',
    about: 'numbers whose messages we want, as ^336 or 60100',
    fallback: undefined,
    read: one(text),
  },
  ca: {
    flag: 'ca',
    value: 'file',
    env: 'CHAPPE_CA',
    about:
      'certificate (PEM) to trust beside those of the system; `chappe start` keeps its own in its data folder',
    fallback: undefined,
    read: one(text),
  },
  insecure: {
    flag: 'insecure',
    env: 'CHAPPE_INSECURE',
    about: 'take any certificate: for self-signed test systems only',
    fallback: false,
    read: one(onOff),
  },
  connectTimeoutMs: {
    flag: 'connect-timeout',
    value: 'duration',
    env: 'CHAPPE_CONNECT_TIMEOUT',
    about: 'to a connection',
    fallback: 5_000,
    shown: '5s',
    read: one(duration),
  },
};

/** What a command binds as where nobody says: to receive, or to send and hear the receipts. */
export type NeededBind = Exclude<BindKind, 'transmitter'>;

/** Their table. */
export function connectionSettings(needed: NeededBind): Settings<ConnectionValues> {
  return {
    ...table,
    bind: {
      flag: 'bind',
      value: 'kind',
      env: 'CHAPPE_BIND',
      about: 'transmitter, receiver or transceiver',
      fallback: undefined,
      shown: `that of the URL, else ${needed}${needed === 'transceiver' ? '; transmitter at 3.3' : ''}`,
      read: one(oneOf('transmitter', 'receiver', 'transceiver')),
    },
  };
}

/** What stands where neither the URL nor a flag says who we are: open systems take it. */
const anybody = 'chappe';

/** The options of a client. `readFile` reads the certificate. Throws `CHAPPE_SMPP_OPTION` for a URL that is none. */
export function clientOptions(
  values: ConnectionValues,
  needed: NeededBind,
  readFile: (path: string) => string,
): ClientOptions {
  const { systemId, password, systemType, addressRange, ca, insecure } = values;
  const url = readSmppUrl(values.url);
  return {
    // A client that sends binds as a transceiver by itself, or at 3.3, which has none, as a transmitter.
    bind: values.bind ?? (needed === 'receiver' ? (url.bind ?? needed) : undefined),
    version: values.smppVersion,
    connectTimeoutMs: values.connectTimeoutMs,
    systemId: systemId ?? (url.systemId === '' ? anybody : undefined),
    password,
    systemType,
    addressRange,
    tls: url.tls
      ? { ...(ca !== undefined && { ca: readFile(ca) }), ...(insecure && { verify: false }) }
      : undefined,
  };
}
