/** The listeners of SMPP, and the limits of the sessions that customers make. */
import { z } from 'zod';
import type { ListenSettings, ListenTls, ServerSettings, SessionDefaults } from '../config.ts';
import { type Endpoint, endpoint, host, network, ownSystemId, plainText, port } from '../values/words.ts';
import { certificateProblem, cipherAbout, maxCiphers } from './connector-parts.ts';
import { compact, listOf, oneOf, oneOrMany, optional, required, scalar, section } from './field.ts';
import { pem, type ReadContext } from './read-context.ts';
import { count, durationMs, flag, number, pauseMs } from './shapes.ts';

// More file descriptors than that need a kernel set up for it.
const maxSessions = 1_000_000;
const maxWindow = 100_000;
const maxQueue = 1_000_000;
// Binds fit into the least; nothing of ours is larger than the most.
const minPduOctets = 1_024;
const maxPduOctets = 1_048_576;

const defaultEndpoint: Endpoint = { host: '127.0.0.1', port: 2775 };
const defaultTlsPort = 3_550;

const portShape = { type: 'integer', minimum: 0, maximum: 65_535 };

/** Certificate of a listener. */
export function listenTls(world: ReadContext): z.ZodType<ListenTls> {
  return section({
    cert: required(scalar(pem(world)), 'PEM file of the certificate with its chain; read again on SIGHUP'),
    key: required(scalar(pem(world)), 'PEM file of its private key'),
    clientCa: optional(scalar(pem(world)), 'PEM file of issuers: clients must show a certificate of theirs'),
    ciphers: optional(scalar(plainText(maxCiphers)), cipherAbout),
  }).transform(({ cert, key, clientCa, ciphers }, context): ListenTls => {
    const problem = certificateProblem({ cert, key, ca: clientCa, ciphers });
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    return compact<ListenTls>({ cert, key, clientCa, ciphers });
  });
}

function listener(world: ReadContext): z.ZodType<ListenSettings> {
  return z.union(
    [
      scalar(endpoint, { type: ['string', 'integer'] }),
      section({
        host: optional(scalar(host), 'address to listen on; 0.0.0.0 or :: for all', '127.0.0.1'),
        port: optional(scalar(port, portShape), 'port; default 2775, or 3550 with TLS'),
        tls: optional(listenTls(world), 'keys cert, key, clientCa and ciphers: TLS only'),
        trustProxy: optional(
          oneOrMany(scalar(network)),
          'networks of load balancers whose connections begin with a PROXY header',
        ),
      }).transform((given): ListenSettings => {
        const { host: address = '127.0.0.1', tls, trustProxy } = given;
        const at = given.port ?? (tls === undefined ? defaultEndpoint.port : defaultTlsPort);
        return compact<ListenSettings>({ host: address, port: at, tls, trustProxy });
      }),
    ],
    { error: 'expected host:port, or keys host, port, tls and trustProxy' },
  );
}

/** A list of addresses, one of them, or `off`. */
function listeners(world: ReadContext): z.ZodType<readonly ListenSettings[]> {
  const one = listener(world);
  const off = oneOf(['off']).transform((): readonly ListenSettings[] => []);
  return listOf(
    z.union([off, z.array(one).max(0), oneOrMany(one)], {
      error: 'expected host:port, a list of addresses, or off',
    }),
  );
}

const defaults: z.ZodType<SessionDefaults> = section({
  window: optional(
    count(maxWindow),
    'requests of one session that may await our answer; beyond: ESME_RTHROTTLED',
    1_000,
  ),
  outgoingWindow: optional(count(maxWindow), 'our requests to one session that may await its response', 100),
  queue: optional(
    count(maxQueue),
    'our requests to one session that may wait for a place in that window',
    10_000,
  ),
  connections: optional(
    count(maxSessions),
    'connections at once, of each address listened on; of too many, the eldest that has not bound goes',
    10_000,
  ),
  perAddress: optional(
    count(maxSessions),
    'connections at once from one address; of IPv6, from one /64',
    1_000,
  ),
  perAccount: optional(count(maxSessions), 'sessions at once of one system_id', 1_000),
  sessionInit: optional(pauseMs, 'from connecting to a bind', '10s'),
  pduRead: optional(pauseMs, 'from the first to the last octet of one PDU', '10s'),
  enquireLink: optional(durationMs, 'from the last PDU received to our enquire_link; 0: none', '30s'),
  enquireLinkResponse: optional(pauseMs, 'how long its response may take', '10s'),
  inactivity: optional(durationMs, 'from the last request to the end of the session; 0: never', '0'),
  responseTimeout: optional(pauseMs, 'how long a response to us may take', '60s'),
  writeStall: optional(pauseMs, 'how long a peer may leave our octets unread', '60s'),
  maxPdu: optional(number(minPduOctets, maxPduOctets), 'largest PDU, octets', 131_072),
}).transform((given, context) => {
  const { inactivity = 0, enquireLink = 30_000 } = given;
  if (inactivity > 0 && inactivity <= enquireLink)
    context.addIssue({
      code: 'custom',
      message: 'must be longer than enquireLink, or no session lives to see one',
      path: ['inactivity'],
    });
  return compact<SessionDefaults>({
    connections: given.connections,
    perAddress: given.perAddress,
    perAccount: given.perAccount,
    window: given.window,
    outgoingWindow: given.outgoingWindow,
    queue: given.queue,
    maxPduOctets: given.maxPdu,
    sessionInitMs: given.sessionInit,
    pduReadMs: given.pduRead,
    inactivityMs: given.inactivity,
    enquireLinkMs: given.enquireLink,
    enquireLinkResponseMs: given.enquireLinkResponse,
    responseTimeoutMs: given.responseTimeout,
    writeStallMs: given.writeStall,
  });
});

/** The listeners of SMPP, and what holds for their sessions. */
export function smppSchema(world: ReadContext): z.ZodType<ServerSettings['smpp']> {
  return section({
    systemId: optional(scalar(ownSystemId), 'our name in answers to binds', 'chappe'),
    listen: optional(
      listeners(world),
      'where customers connect: host:port, keys, a list of them, or off',
      '127.0.0.1:2775',
    ),
    defaults: optional(defaults, 'limits of their sessions'),
    rememberPasswords: optional(
      flag,
      'whether a password that was right is known after a restart, as a sealed digest; else all wait for scrypt',
      true,
    ),
  }).transform(({ systemId = 'chappe', listen = [defaultEndpoint], ...given }) => ({
    systemId,
    listen,
    defaults: given.defaults ?? {},
    rememberPasswords: given.rememberPasswords ?? true,
  }));
}
