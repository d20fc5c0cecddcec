/** Connectors: operators that we connect to. */

import type { ConnectorSettings } from '@chappe/policy';
import { smppVersions } from '@chappe/protocol';
import { z } from 'zod';
import { connectorName, handedOut, host, name, plainText, remoteEnd, remotePort } from '../values/words.ts';
import { alphabet } from './codings.ts';
import {
  addressRewrite,
  breaker,
  outbind,
  pace,
  reconnect,
  retry,
  statusRules,
  upstreamReceipts,
  upstreamTls,
} from './connector-parts.ts';
import { compact, oneOf, oneOrMany, optional, required, scalar, section } from './field.ts';
import { filtersSchema } from './filters.ts';
import { numberPlan, senderRules } from './numbers.ts';
import { type ReadContext, secret } from './read-context.ts';
import { count, flag, number, pauseMs } from './shapes.ts';
import { tlvRule } from './tlv.ts';
import { npi, ton } from './ton-npi.ts';

// More sockets to one operator are hardly meant.
const maxBinds = 1_000;
const maxWindow = 100_000;
const maxPerBind = 1_000_000_000;
// SMPP 5.0 4.7.16; what the version of the connector has is looked at with it.
const maxPriorityFlag = 4;
const maxOctet = 255;
const maxTagLength = 64;
// SMPP 3.4 5.2.11: 6 octets with the NUL.
const maxServiceType = 5;

const portShape = { type: 'integer', minimum: 1, maximum: 65_535 };
const remote = scalar(remotePort, portShape);

function bindKeys(world: ReadContext) {
  return {
    name: required(scalar(connectorName), 'its name in routes, metrics and the API'),
    group: optional(
      scalar(name),
      'receipts are matched among the connectors of one group: several binds of one account; else its name',
    ),
    host: required(scalar(host), 'where it is'),
    port: optional(remote, 'default 2775, or 3550 with TLS'),
    hosts: optional(
      oneOrMany(scalar(remoteEnd)),
      'further hosts of the same account, host or host:port: binds are made to each, and all act as one, with one rate',
    ),
    tls: optional(upstreamTls(world), 'true, or keys ca, cert, key, serverName, verify and ciphers', false),
    systemId: required(scalar(handedOut), 'who we are there, as the operator has given it out, however long'),
    password: optional(
      scalar((text) => handedOut(secret(world)(text))),
      'our password there, however long; else none',
    ),
    systemType: optional(scalar(handedOut), 'some operators want one'),
    version: optional(oneOf(smppVersions), 'SMPP version', '3.4'),
    bind: optional(
      oneOf(['transceiver', 'transmitter', 'receiver', 'transmitter+receiver']),
      'default transceiver; transmitter+receiver at 3.3. Also receiver, and transmitter: receipts come then only where the operator sends them on it',
    ),
    receive: optional(
      section({
        host: optional(scalar(host), 'where receiving binds go; else host'),
        port: optional(remote, 'and by which port; else port'),
      }),
      'where receiving binds go, when elsewhere',
    ),
    binds: optional(count(maxBinds), 'binds that act as one, of each kind and to each host', 1),
    addressRange: optional(scalar(handedOut), 'address_range of the binds'),
    bindTon: optional(ton, 'addr_ton of the binds'),
    bindNpi: optional(npi, 'addr_npi of the binds'),
    outbind: optional(
      outbind(world),
      'where we listen for its outbind: a port, or keys; the binds that receive come that way only, and only a transmitter is connected',
    ),
    paused: optional(flag, 'not bound until it is started by hand', false),
  };
}

const paceKeys = {
  window: optional(count(maxWindow), 'requests per bind that may await a response', 10),
  messagesPerBind: optional(
    count(maxPerBind),
    'requests after which a bind is ended in order and made anew at once, where the operator takes no more; else never',
  ),
  throughput: optional(pace, '100/s, or keys rate and burst; else as fast as the windows allow'),
  enquireLink: optional(pauseMs, 'from the last PDU to our enquire_link', '30s'),
  enquireLinkResponse: optional(pauseMs, 'how long its response may take', '10s'),
  responseTimeout: optional(pauseMs, 'how long a response to a submission may take', '60s'),
  connectTimeout: optional(
    pauseMs,
    'how long connecting may take, and then the answer to the bind; else 5s and 10s',
  ),
  reconnect: optional(reconnect, 'shortest and longest wait before the next try to bind', '1s..60s'),
  retry: optional(retry, 'delays by error class: throttled: 1s, system: 5s..10m, or keys'),
  breaker: optional(breaker, 'when it is taken out of use for a while'),
  unknown: optional(
    oneOf(['wait', 'resend', 'fail']),
    'a submission without answer: waits for its receipt, is sent again and marked, or ends as unknown',
    'wait',
  ),
  unknownWait: optional(pauseMs, 'how long it waits for its receipt', '5m'),
};

const messageKeys = {
  source: optional(addressRewrite, 'TON, NPI and form of senders'),
  destination: optional(addressRewrite, 'TON, NPI and form of destinations'),
  numbers: optional(numberPlan, 'how it writes numbers'),
  senderRules: optional(
    senderRules,
    'senders that are replaced or refused: the first rule that matches counts',
  ),
  serviceType: optional(
    scalar(plainText(maxServiceType)),
    "service_type of all messages; else the customer's",
  ),
  charset: optional(alphabet, 'what data_coding 0 means there', 'gsm7'),
  longMessages: optional(
    oneOf(['udh8', 'udh16', 'sar', 'payload'], { udh: 'udh8' }),
    'how segments belong together there',
    'udh8',
  ),
  command: optional(oneOf(['submit_sm', 'data_sm']), 'what messages are sent as; else as they came'),
  submitMulti: optional(
    flag,
    'what a customer sent by one submit_multi goes on as one, as far as it goes this way at once; else one by one',
    false,
  ),
  passTlvs: optional(
    oneOf(['all', 'none', 'listed']),
    'which TLVs of the customer go on: all, none, or those of tlvs only',
    'all',
  ),
  tlvs: optional(z.array(tlvRule), 'vendor TLVs that are required, put in, mapped or bounded'),
  sendValidity: optional(flag, 'whether it is told the validity', true),
  validity: optional(pauseMs, 'the longest validity that it is told; else what the message has left'),
  priorityFlag: optional(
    number(0, maxPriorityFlag),
    "priority_flag of all messages, by which some operators price; else the customer's",
  ),
  protocolId: optional(number(0, maxOctet), "protocol_id of all messages; else the customer's"),
  alwaysReceipt: optional(flag, 'receipts are asked for even when the customer wants none', true),
  statuses: optional(
    statusRules,
    'what a status means: {ESME_RSYSERR: temporary, "0x400": permanent}; or throttled, full, accepted, rebind: the bind is made anew and the message goes again',
  ),
  dlr: optional(upstreamReceipts, 'what its receipts say'),
  peer: optional(
    flag,
    'it is another Chappe: it is told which gateways a message has been through, so that none comes round again; else by what it calls itself: chappe, or as we do',
  ),
  tags: optional(oneOrMany(scalar(plainText(maxTagLength))), 'names for rules of what comes from there'),
};

function connectorKeys(world: ReadContext) {
  return section({
    ...bindKeys(world),
    ...paceKeys,
    ...messageKeys,
    filters: optional(
      filtersSchema(world),
      'what it is not to get: the message goes to another connector of its route, or is rejected',
    ),
  });
}

type Parsed = z.output<ReturnType<typeof connectorKeys>>;

/** A connector as it is written. */
export function connectorSchema(world: ReadContext): z.ZodType<ConnectorSettings> {
  return connectorKeys(world).transform(settingsOf);
}

function settingsOf(given: Parsed): ConnectorSettings {
  return compact<ConnectorSettings>({
    name: given.name,
    group: given.group,
    host: given.host,
    port: given.port,
    hosts: given.hosts,
    tls: given.tls,
    systemId: given.systemId,
    password: given.password ?? '',
    systemType: given.systemType,
    version: given.version,
    bind: given.bind,
    receiveHost: given.receive?.host,
    receivePort: given.receive?.port,
    binds: given.binds,
    window: given.window,
    messagesPerBind: given.messagesPerBind,
    perSecond: given.throughput?.perSecond,
    burst: given.throughput?.burst,
    addressRange: given.addressRange,
    bindTon: given.bindTon,
    bindNpi: given.bindNpi,
    source: given.source,
    destination: given.destination,
    numbers: given.numbers,
    senderRules: given.senderRules,
    serviceType: given.serviceType,
    defaultAlphabet: given.charset,
    longMessages: given.longMessages,
    command: given.command,
    submitMulti: given.submitMulti,
    passTlvs: given.passTlvs,
    tlvs: given.tlvs,
    sendValidity: given.sendValidity,
    validityMs: given.validity,
    priorityFlag: given.priorityFlag,
    protocolId: given.protocolId,
    alwaysReceipt: given.alwaysReceipt,
    statuses: given.statuses,
    filters: given.filters,
    retry: given.retry,
    unknown: given.unknown,
    unknownWaitMs: given.unknownWait,
    receipts: given.dlr,
    breaker: given.breaker,
    enquireLinkMs: given.enquireLink,
    enquireLinkResponseMs: given.enquireLinkResponse,
    responseTimeoutMs: given.responseTimeout,
    connectTimeoutMs: given.connectTimeout,
    reconnect: given.reconnect,
    outbind: given.outbind,
    paused: given.paused,
    peer: given.peer,
    tags: given.tags,
  });
}
