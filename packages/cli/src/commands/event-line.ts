/** An event of the API as a line for people. */
import { printable, quoted } from '@chappe/protocol';
import { cell, objectOf, type Shown } from './show.ts';

const maxShownText = 60;
// As long as message.delivered.
const typeColumn = 17;

function clockText(at: unknown): string {
  const ms = typeof at === 'string' ? Date.parse(at) : Number(at ?? Number.NaN);
  return Number.isFinite(ms) ? new Date(ms).toTimeString().slice(0, 8) : '--:--:--';
}

function contentOf(text: unknown): string {
  if (typeof text !== 'string') return '';
  return quoted(text.length > maxShownText ? `${text.slice(0, maxShownText)}…` : text);
}

function messageWords({ kind, account, connector, from, to, id, state, error, content }: Shown): string {
  const words = [
    cell(kind),
    cell(account),
    `${cell(from)} -> ${cell(to)}`,
    typeof connector === 'string' ? `by ${cell(connector)}` : '',
    `id ${cell(id)}`,
    state === 'enroute' ? '' : cell(state),
    typeof error === 'number' && error > 0 ? `error ${error}` : '',
    contentOf(objectOf(content).text),
  ];
  return words.filter((word) => word !== '').join('  ');
}

function receiptWords({ kind, account, from, to, messageId, messageState, error }: Shown): string {
  const failed = typeof error === 'number' && error > 0 ? `  error ${error}` : '';
  const about = `${cell(messageState)}  of ${cell(messageId)}`;
  return `${cell(kind)}  ${cell(account)}  ${cell(from)} -> ${cell(to)}  ${about}${failed}`;
}

function sessionWords({ id, account, bind, version, address, port, tls, reason }: Shown): string {
  const host = typeof address === 'string' && address.includes(':') ? `[${address}]` : address;
  const peer = `${cell(bind)} ${cell(version)}${tls === true ? ' TLS' : ''}  ${cell(host)}:${cell(port)}`;
  const why = typeof reason === 'string' ? `: ${printable(reason.replaceAll('_', ' '))}` : '';
  return `${cell(account)}  session ${cell(id)}  ${peer}${why}`;
}

function refusedWords({ account, command, from, to, status, reason, rule }: Shown): string {
  const why = `${cell(reason)} ${cell(rule)}`.trim();
  return `${cell(account)}  ${cell(command)}  ${cell(from)} -> ${cell(to)}  ${cell(status)}  ${why}`;
}

/** All that has no words of its own, as there may be types that this program does not know: names and values. */
function otherWords(data: Shown): string {
  return Object.entries(data)
    .map(([name, value]) => `${printable(name)} ${cell(value)}`)
    .join('  ');
}

function wordsOf(type: string, data: Shown): string {
  switch (type) {
    case 'session.bound':
    case 'session.unbound':
      return sessionWords(data);
    case 'submission.refused':
      return refusedWords(data);
    case 'stream.skipped':
      return `${cell(data.skipped)} events left out: they came faster than they were read`;
    default:
      break;
  }
  if (type.startsWith('message.')) return messageWords(data);
  if (type.startsWith('receipt.')) return receiptWords(data);
  if (type.startsWith('connector.') || type.startsWith('breaker.'))
    return `${cell(data.connector)}  ${cell(data.detail)}`;
  return otherWords(data);
}

/** The line of an event; whatever stands in it, it is one line. */
export function eventLine({ type, time, data }: Shown): string {
  const words = wordsOf(String(type), objectOf(data));
  return `${clockText(time)}  ${cell(type).padEnd(typeColumn)}  ${words}`.trimEnd();
}
