/** `chappe send`: one message, and its receipt if it is waited for. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { gsmSafeText, printable } from '@chappe/protocol';
import {
  type OutgoingMessage,
  type ReceiptResult,
  readSmppUrl,
  type SentMessage,
  SmppClient,
  SmppError,
} from '@chappe/smpp';
import type { Run } from '../command.ts';
import { readHex } from '../decode/hex-input.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { receiptJson } from '../json-lines.ts';
import { clientOptions } from '../settings/connection.ts';
import type { SendValues } from '../settings/send.ts';

const msPerSecond = 1000;

/** What is no UTF-8 would be sent as question marks; a byte order mark is no part of the text. */
function utf8(octets: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw usage(
      `${where} is no text in UTF-8`,
      'iconv -t UTF-8 makes it one; octets as they are go by --hex',
    );
  }
}

async function textOf({ values, terminal }: Run<SendValues>): Promise<string | undefined> {
  if (values.file === undefined) return values.text;
  if (values.file !== '-') return utf8(readFileSync(values.file), values.file);
  const chunks: Uint8Array[] = [];
  for await (const chunk of terminal.readInput()) chunks.push(chunk);
  // The line end that echo writes is not part of the message.
  return utf8(Buffer.concat(chunks), 'standard input').replace(/\r?\n$/, '');
}

async function messageOf(run: Run<SendValues>): Promise<OutgoingMessage> {
  const { values } = run;
  if ((values.bind ?? readSmppUrl(values.url).bind) === 'receiver') {
    throw usage('a receiver cannot send', '--bind transceiver, or transmitter');
  }
  if (values.to === '') throw usage('--to is missing', 'chappe send --to 447700900123 --text "Hello"');
  const contents = [values.text, values.file, values.hex].filter((content) => content !== undefined);
  if (contents.length !== 1) {
    throw usage(
      'a message has exactly one of --text, --file and --hex',
      'chappe send --to 447700900123 --text "Hello"',
    );
  }
  const { to, from, coding, replacement, messageClass, dataCoding, priority, serviceType, tlvs } = values;
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : { seconds: ms / msPerSecond });
  return {
    to,
    from,
    text: await textOf(run),
    bytes: values.hex === undefined ? undefined : readHex(values.hex),
    coding,
    replacement,
    dataCoding,
    messageClass,
    priority,
    serviceType,
    tlvs,
    receipt: values.receipt ?? (values.wait ? 'final' : 'none'),
    validity: seconds(values.validityMs),
    schedule: seconds(values.scheduleMs),
  };
}

function printSent(sent: SentMessage, message: OutgoingMessage, run: Run<SendValues>): void {
  const { values, terminal } = run;
  const { ids, segments, coding, replaced } = sent;
  if (values.json) {
    terminal.out(
      JSON.stringify({
        event: 'accepted',
        ids,
        segments,
        coding,
        replaced,
        from: message.from,
        to: message.to,
      }),
    );
    return;
  }
  const cut = segments === 1 ? '' : `, ${segments} segments`;
  terminal.out(`accepted  ${printable(ids.join(' '))}  (${coding ?? 'octets'}${cut})`);
  if (replaced.length > 0) {
    const signs = [...new Set(replaced.map(({ character }) => character))].join(' ');
    terminal.talk(`  replaced, as ${coding} has them not: ${printable(signs)}`);
  }
  if (coding === 'ucs2' && message.text !== undefined && !values.quiet) {
    const safe = gsmSafeText(message.text);
    if (safe !== message.text && safe !== undefined) {
      terminal.talk(`  in the GSM alphabet it would be shorter: "${printable(safe)}"`);
    }
  }
}

/** What was taken of a message that failed half-way: it can be cancelled by these ids. */
function printTaken(error: unknown, { values, terminal }: Run<SendValues>): void {
  const segments = error instanceof SmppError ? (error.segments ?? []) : [];
  const ids = segments.flatMap(({ id }) => id ?? []);
  if (ids.length === 0) return;
  if (values.json) terminal.out(JSON.stringify({ event: 'partly-accepted', ids, segments: segments.length }));
  else terminal.out(`accepted  ${printable(ids.join(' '))}  (${ids.length} of ${segments.length} segments)`);
}

function printReceipt(result: ReceiptResult, afterMs: number, { values, terminal }: Run<SendValues>): void {
  const { state, delivered, receipts } = result;
  if (values.json) {
    const receipt = { event: 'receipt', state, delivered, afterMs: Math.round(afterMs) };
    terminal.out(JSON.stringify({ ...receipt, receipts: receipts.map(receiptJson) }));
    return;
  }
  const errors = receipts.flatMap(({ err }) => (err === undefined || /^0*$/.test(err) ? [] : [err]));
  const error = errors.length === 0 ? '' : `  error ${printable(errors.join(' '))}`;
  const shown = terminal.style(delivered ? 'green' : 'red', state);
  terminal.out(`receipt   ${shown}${error}  after ${(afterMs / msPerSecond).toFixed(2)} s`);
}

/** Runs it. */
export async function runSend(run: Run<SendValues>): Promise<ExitCode> {
  const { values, signal } = run;
  const message = await messageOf(run);
  const client = await SmppClient.connect(values.url, {
    ...clientOptions(values, 'transceiver', (path) => readFileSync(path, 'utf8')),
    reconnect: false,
    // A refusal is what the caller wants to see, whatever it is.
    onThrottled: 'report',
    window: 100,
    // Receipts of earlier runs must not keep ours from coming.
    incoming: { unclaimed: 'refuse' },
    responseTimeoutMs: values.timeoutMs,
    text: { longMessage: values.long },
    signal,
  });
  const startMs = performance.now();
  try {
    const sent = await client.send(message, { signal }).catch((error: unknown) => {
      printTaken(error, run);
      throw error;
    });
    printSent(sent, message, run);
    if (!values.wait) return exitCodes.ok;
    if (client.sessions[0]?.kind === 'transmitter' && !values.quiet) {
      run.terminal.talk('  bound as transmitter: most message centres send receipts to receivers only');
    }
    const result = await sent.receipt({ timeoutMs: values.timeoutMs, signal });
    printReceipt(result, performance.now() - startMs, run);
    return result.delivered ? exitCodes.ok : exitCodes.assertion;
  } finally {
    await client.close({ drainMs: 1000 });
  }
}
