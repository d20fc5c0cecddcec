/** Connectors as they are written. */
import type { ConnectorSettings } from '@chappe/policy';
import { hexText, maybeDuration, rateText, section, type Written, written } from '../values/written.ts';
import { writtenFilters } from './filters.ts';

/** A connector without its passwords and keys. */
export function writtenConnector(connector: ConnectorSettings): Written {
  return written({ ...bindKeys(connector), ...paceKeys(connector), ...messageKeys(connector) });
}

function bindKeys(connector: ConnectorSettings): Written {
  const { receiveHost, receivePort, outbind } = connector;
  return {
    name: connector.name,
    group: connector.group,
    host: connector.host,
    port: connector.port,
    hosts: connector.hosts?.map(endText),
    tls: writtenTls(connector),
    systemId: connector.systemId,
    systemType: connector.systemType,
    version: connector.version,
    bind: connector.bind,
    receive: section({ host: receiveHost, port: receivePort }),
    binds: connector.binds,
    addressRange: connector.addressRange,
    bindTon: connector.bindTon,
    bindNpi: connector.bindNpi,
    outbind:
      outbind === undefined
        ? undefined
        : written({ host: outbind.host, port: outbind.port, systemId: outbind.systemId }),
    paused: connector.paused,
  };
}

function endText({ host, port }: { readonly host: string; readonly port?: number | undefined }): string {
  if (port === undefined) return host;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function writtenTls({ tls }: ConnectorSettings): Written | true | undefined {
  if (tls === undefined) return undefined;
  const { ca, cert, serverName, verify, ciphers } = tls;
  return section({ ca, cert, serverName, verify, ciphers }) ?? true;
}

function paceKeys(connector: ConnectorSettings): Written {
  const { perSecond, burst, reconnect, breaker } = connector;
  return {
    window: connector.window,
    messagesPerBind: connector.messagesPerBind,
    throughput: perSecond === undefined ? undefined : written({ rate: rateText(perSecond), burst }),
    enquireLink: maybeDuration(connector.enquireLinkMs),
    enquireLinkResponse: maybeDuration(connector.enquireLinkResponseMs),
    responseTimeout: maybeDuration(connector.responseTimeoutMs),
    connectTimeout: maybeDuration(connector.connectTimeoutMs),
    reconnect:
      reconnect === undefined
        ? undefined
        : written({ min: maybeDuration(reconnect.minMs), max: maybeDuration(reconnect.maxMs) }),
    retry: connector.retry === undefined ? undefined : writtenRetry(connector.retry),
    breaker:
      breaker === undefined
        ? undefined
        : written({ failures: breaker.failures, pause: maybeDuration(breaker.pauseMs) }),
    unknown: connector.unknown,
    unknownWait: maybeDuration(connector.unknownWaitMs),
  };
}

function writtenRetry(retry: NonNullable<ConnectorSettings['retry']>): Written {
  const entries = Object.entries(retry).map(([errorClass, delays]) => [
    errorClass,
    written({
      first: maybeDuration(delays.firstMs),
      longest: maybeDuration(delays.longestMs),
      factor: delays.factor,
      attempts: delays.attempts === Number.POSITIVE_INFINITY ? 'unlimited' : delays.attempts,
    }),
  ]);
  return Object.fromEntries(entries);
}

function messageKeys(connector: ConnectorSettings): Written {
  const { receipts, statuses } = connector;
  return {
    source: connector.source,
    destination: connector.destination,
    numbers: connector.numbers,
    senderRules: connector.senderRules,
    serviceType: connector.serviceType,
    charset: connector.defaultAlphabet,
    longMessages: connector.longMessages,
    command: connector.command,
    submitMulti: connector.submitMulti,
    passTlvs: connector.passTlvs,
    tlvs: connector.tlvs?.map(({ tag, fromTag, ...rule }) => ({
      ...rule,
      tag: hexText(tag),
      ...(fromTag === undefined ? {} : { fromTag: hexText(fromTag) }),
    })),
    sendValidity: connector.sendValidity,
    validity: maybeDuration(connector.validityMs),
    priorityFlag: connector.priorityFlag,
    protocolId: connector.protocolId,
    alwaysReceipt: connector.alwaysReceipt,
    statuses:
      statuses === undefined
        ? undefined
        : Object.fromEntries(statuses.map(({ status, means }) => [hexText(status), means])),
    dlr:
      receipts === undefined
        ? undefined
        : written({
            idIn: receipts.ids,
            timezone: receipts.timeZone ?? receipts.offsetMinutes,
            longMessages: receipts.longMessages,
            errors: receipts.errors,
            states: receipts.states,
            early: maybeDuration(receipts.earlyMs),
            unmatched: receipts.unmatched,
          }),
    filters: connector.filters === undefined ? undefined : writtenFilters(connector.filters),
    peer: connector.peer,
    tags: connector.tags,
  };
}
