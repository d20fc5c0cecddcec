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

function messageWords(message: Shown, step: unknown): string {
  const { account, connector, from, to, id, text, state } = message;
  const words = [
    cell(step ?? state),
    cell(account),
    `${cell(from)} -> ${cell(to)}`,
    connector === undefined || connector === null || connector === '' ? '' : `by ${cell(connector)}`,
    `id ${cell(id)}`,
    contentOf(text),
  ];
  return words.filter((word) => word !== '').join('  ');
}

function sessionWords(session: Shown): string {
  const { account, bind, version, address, port, tls } = session;
  const host = String(address).includes(':') ? `[${address}]` : address;
  return `${cell(account)}  ${cell(bind)} ${cell(version)}${tls === true ? ' TLS' : ''}  ${cell(host)}:${cell(port)}`;
}

/** All that has no words of its own: names and values, in their order. */
function otherWords(event: Shown): string {
  return Object.entries(event)
    .filter(([name]) => name !== 'kind' && name !== 'at')
    .map(([name, value]) => `${printable(name)} ${cell(value)}`)
    .join('  ');
}

function wordsOf(event: Shown): string {
  const { kind, message, session, what, step, reason } = event;
  if (typeof message === 'object' && message !== null) return messageWords(objectOf(message), step);
  if (typeof session === 'object' && session !== null) {
    const why = typeof reason === 'string' ? `: ${printable(reason.replaceAll('_', ' '))}` : '';
    return `${cell(what)}  ${sessionWords(objectOf(session))}${why}`;
  }
  if ((kind === 'message' || kind === 'receipt') && event.id !== undefined) return messageWords(event, step);
  if (kind === 'upstream') return `${cell(event.connector)}  ${cell(what)}  ${cell(event.detail)}`;
  if (typeof event.skipped === 'number') return `${event.skipped} events left out: they came too fast`;
  return otherWords(event);
}

/** The line of an event; whatever stands in it, it is one line. */
export function eventLine(event: Shown): string {
  return `${clockText(event.at)}  ${cell(event.kind).padEnd(kindColumn)}  ${wordsOf(event)}`.trimEnd();
}
