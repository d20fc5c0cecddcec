/** What was understood of a configuration, in lines. Secrets are not in it. */

import type { Config, ListenSettings } from '@chappe/config';
import { type ConnectorSettings, namesOf, type RouteConditions, wayOf } from '@chappe/policy';
import { printable } from '@chappe/protocol';
import { hostPort } from '../start/banner.ts';
import { columns } from '../terminal.ts';
import { actionForms } from './mo-actions.ts';

// Of a list of thousands, the first ones say what it is.
const maxShown = 8;
const maxWidth = 60;

function listed(values: readonly string[]): string {
  const more = values.length - maxShown;
  return `${values.slice(0, maxShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

function listenText(listener: ListenSettings): string {
  return `${hostPort(listener)}${listener.tls === undefined ? '' : ' TLS'}`;
}

function connectorText({ host, port, tls, bind = 'transceiver', binds = 1 }: ConnectorSettings): string {
  const at = hostPort({ host, port: port ?? (tls === undefined ? 2775 : 3550) });
  return `${at}${tls === undefined ? '' : ' TLS'}, ${counted(binds, `${bind} bind`)}`;
}

/** `account acme, to 447`; empty when all messages match. */
function conditionsText(conditions: RouteConditions): string {
  const { accounts, from, to, text, codings, segments, time, tlvs, tags, keywords, connectors, when } =
    conditions;
  const range = segments === undefined ? undefined : [`${segments.min ?? ''}..${segments.max ?? ''}`];
  const times = time?.map(({ days, from: begin, until }) =>
    `${days?.join(' ') ?? ''} ${begin}-${until}`.trim(),
  );
  const parts: readonly (readonly [name: string, values: readonly string[] | undefined])[] = [
    ['account', accounts],
    ['from', from && namesOf(from)],
    ['to', to && namesOf(to)],
    ['text', text === undefined ? undefined : [`/${text}/${conditions.textFlags ?? ''}`]],
    ['coding', codings],
    ['segments', range],
    ['time', times],
    ['TLV', tlvs?.map(({ tag }) => `0x${tag.toString(16)}`)],
    ['tag', tags],
    ['keyword', keywords],
    ['connector', connectors],
    ['when', when === undefined ? undefined : [when]],
  ];
  const words = parts.flatMap(([name, values]) =>
    values === undefined ? [] : [`${name} ${listed(values)}`],
  );
  return words.join('; ');
}

function shortened(text: string): string {
  const shown = printable(text);
  return shown.length > maxWidth ? `${shown.slice(0, maxWidth - 1)}…` : shown;
}

/** The lines for people: listeners, accounts, connectors, and the rules in their order. */
export function summaryLines({ data, server, handsets, settings }: Config): string[] {
  const { accounts, connectors, routes, mo, webhooks } = settings;
  const { listen } = server.smpp;
  const rows = (entries: readonly (readonly string[])[]): string[] =>
    columns(entries.map(([first = '', ...rest]) => [`  ${printable(first)}`, ...rest]));
  return [
    `data       ${data}`,
    `SMPP       ${listen.length === 0 ? 'off' : listed(listen.map(listenText))}`,
    `HTTP       ${server.http.listen === undefined ? 'off' : listenText({ ...server.http.listen, tls: server.http.tls })}`,
    ...(handsets.enabled ? ['handsets   simulated ones, for routes that name them'] : []),
    `${counted(accounts.length, 'account')}   ${listed(accounts.map(({ systemId }) => printable(systemId)))}`.trimEnd(),
    counted(connectors.length, 'connector'),
    ...rows(connectors.map((connector) => [connector.name, connectorText(connector)])),
    `${counted(routes.length, 'route')}, the first that matches counts`,
    ...rows(
      routes.map((route, index) => [
        `${index + 1}. ${route.name}`,
        shortened(conditionsText(route) || 'all'),
        `${route.disabled === true ? 'disabled: ' : ''}${wayOf(route.action)}`,
      ]),
    ),
    ...(mo.length === 0 ? [] : [`${counted(mo.length, 'rule')} for messages from handsets`]),
    ...rows(
      mo.map((rule, index) => [
        `${index + 1}. ${rule.name}`,
        shortened(conditionsText(rule) || 'all'),
        printable(actionForms.words(rule.action)),
      ]),
    ),
    ...(webhooks.length === 0
      ? []
      : [`${counted(webhooks.length, 'webhook')}   ${listed(webhooks.map(({ name }) => name))}`]),
  ];
}

/** The same for programs. */
export function summaryJson({ data, server, settings }: Config): object {
  const { accounts, connectors, routes, mo, webhooks } = settings;
  return {
    data,
    smpp: server.smpp.listen.map(({ host, port, tls }) => ({ host, port, tls: tls !== undefined })),
    http:
      server.http.listen === undefined
        ? null
        : { ...server.http.listen, ...(server.http.tls === undefined ? {} : { tls: true }) },
    accounts: accounts.map(({ systemId }) => systemId),
    connectors: connectors.map(({ name }) => name),
    routes: routes.map(({ name, action }) => ({ name, way: wayOf(action) })),
    mo: mo.map(({ name }) => name),
    webhooks: webhooks.map(({ name }) => name),
  };
}
