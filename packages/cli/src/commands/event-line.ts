/** An event of the API as a line for people. */
import { printable, quoted } from '../terminal.ts';
import { cell, objectOf, type Shown } from './show.ts';

const maxShownText = 60;
const kindColumn = 8;

function clockText(at: unknown): string {
  const ms = typeof at === 'string' ? Date.parse(at) : Number(at ?? Number.NaN);
  return Number.isFinite(ms) ? new Date(ms).toTimeString().slice(0, 8) : '--:--:--';
}

function contentOf(text: unknown): string {
  if (typeof text !== 'string') return '';
  return quoted(text.length > maxShownText ? `${text.slice(0, maxShownText)}…` : text);
}

function messageWords({ step, of, account, connector, from, to, id, text, error }: Shown): string {
  const words = [
    cell(step),
    cell(of),
    cell(account),
    `${cell(from)} -> ${cell(to)}`,
    typeof connector === 'string' ? `by ${cell(connector)}` : '',
    `id ${cell(id)}`,
    typeof error === 'number' && error > 0 ? `error ${error}` : '',
    contentOf(text),
  ];
  return words.filter((word) => word !== '').join('  ');
}

function sessionWords({ what, session, reason }: Shown): string {
  const { id, account, bind, version, address, port, tls } = objectOf(session);
  const host = typeof address === 'string' && address.includes(':') ? `[${address}]` : address;
  const peer = `${cell(bind)} ${cell(version)}${tls === true ? ' TLS' : ''}  ${cell(host)}:${cell(port)}`;
  const why = typeof reason === 'string' ? `: ${printable(reason.replaceAll('_', ' '))}` : '';
  return `${cell(what)}  ${cell(account)}  session ${cell(id)}  ${peer}${why}`;
}

function refusedWords({ account, command, from, to, status, reason, rule }: Shown): string {
  const why = `${cell(reason)} ${cell(rule)}`.trim();
  return `${cell(account)}  ${cell(command)}  ${cell(from)} -> ${cell(to)}  ${cell(status)}  ${why}`;
}

/** All that has no words of its own: names and values, in their order. */
function otherWords(event: Shown): string {
  return Object.entries(event)
    .filter(([name]) => name !== 'kind' && name !== 'at')
    .map(([name, value]) => `${printable(name)} ${cell(value)}`)
    .join('  ');
}

function wordsOf(event: Shown): string {
  switch (event.kind) {
    case 'message':
    case 'receipt':
      return messageWords(event);
    case 'session':
      return sessionWords(event);
    case 'upstream':
      return `${cell(event.connector)}  ${cell(event.what)}  ${cell(event.detail)}`;
    case 'refused':
      return refusedWords(event);
    case 'skipped':
      return `${cell(event.skipped)} events left out: they came faster than they were read`;
    default:
      return otherWords(event);
  }
}

/** The line of an event; whatever stands in it, it is one line. */
export function eventLine(event: Shown): string {
  return `${clockText(event.at)}  ${cell(event.kind).padEnd(kindColumn)}  ${wordsOf(event)}`.trimEnd();
}
