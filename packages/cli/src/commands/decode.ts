/** `chappe decode`: octets or a capture, taken apart. */
import { createReadStream } from 'node:fs';
import { commandOf, cutPdus, isResponse, type PduReport, reportJson, reportOf } from '@chappe/protocol';
import { type CaptureCounts, type CaptureEvent, readSmppCapture } from '../capture/smpp-capture.ts';
import type { Run } from '../command.ts';
import { readHex } from '../decode/hex-input.ts';
import { noteLines, printReport } from '../decode/text.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { DecodeValues } from '../settings/decode.ts';

// A pasted text; a capture has no such limit.
const maxInputOctets = 64 * 1024 * 1024;

/** What a run of decode keeps count of. */
class Decoding {
  hasErrors = false;
  readonly #run: Run<DecodeValues>;

  constructor(run: Run<DecodeValues>) {
    this.#run = run;
  }

  isWanted(bytes: Uint8Array): boolean {
    const { filter } = this.#run.values;
    if (filter.length === 0) return true;
    const command = commandOf(bytes);
    return filter.includes(command) || (filter.includes('responses') && isResponse(command));
  }

  print(report: PduReport, where: { readonly [name: string]: string } | undefined): void {
    const { values, terminal } = this.#run;
    if (report.pdu.command === 'malformed' || report.notes.some(({ level }) => level === 'error')) {
      this.hasErrors = true;
    }
    if (values.json) {
      terminal.out(JSON.stringify({ ...where, ...reportJson(report) }));
      return;
    }
    const line = where && `${where.at}  ${where.from} -> ${where.to}`;
    printReport(report, line, terminal);
  }

  event(event: CaptureEvent): void {
    const { values, terminal } = this.#run;
    const { from, to } = event;
    if (event.kind === 'pdu') {
      if (!this.isWanted(event.bytes)) return;
      const now = new Date(event.atMs);
      const notes = values.lint ? event.notes : [];
      const { defaultAlphabet, lint: isLinted } = values;
      const report = reportOf(event.bytes, { defaultAlphabet, isLinted, version: event.version, now, notes });
      this.print(report, { at: now.toISOString(), from, to });
    } else if (event.kind === 'lost') {
      if (values.json) terminal.out(JSON.stringify({ lost: event.why, from, to }));
      else terminal.out(terminal.style('yellow', `${from} -> ${to}  lost: ${event.why}`));
    } else if (values.lint) {
      if (values.json) terminal.out(JSON.stringify({ from, to, notes: event.notes }));
      else {
        terminal.out(`${from} - ${to}`);
        for (const note of event.notes) for (const line of noteLines(note, terminal)) terminal.out(line);
      }
    }
  }
}

async function readText(run: Run<DecodeValues>): Promise<string> {
  const { words, terminal } = run;
  if (words.length > 0 && words[0] !== '-') return words.join('');
  if (terminal.isInputTty && words[0] !== '-') {
    throw usage('no octets to decode', 'give hexadecimal, - for standard input, or --pcap FILE');
  }
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of terminal.readInput()) {
    octets += chunk.length;
    if (octets > maxInputOctets)
      throw usage(`more than ${maxInputOctets} octets of text`, 'use --pcap for captures');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

function summary(counts: CaptureCounts): string {
  const { frames, tcpSegments, pdus, connections, otherConnections, unreadFrames } = counts;
  const others = otherConnections > 0 ? `, ${otherConnections} other connections left out` : '';
  const unread = unreadFrames > 0 ? `, ${unreadFrames} frames of a link layer that is not read` : '';
  return `${pdus} PDUs in ${connections} SMPP connections (${frames} frames, ${tcpSegments} TCP segments${others}${unread})`;
}

async function decodeCapture(run: Run<DecodeValues>, decoding: Decoding, path: string): Promise<void> {
  const { values, terminal } = run;
  const chunks: AsyncIterable<Uint8Array> = path === '-' ? terminal.readInput() : createReadStream(path);
  const events = readSmppCapture(chunks, { ports: values.port });
  for (;;) {
    const next = await events.next();
    if (next.done === true) {
      if (!values.quiet) terminal.talk(summary(next.value));
      return;
    }
    decoding.event(next.value);
    await terminal.drained();
  }
}

/** Runs it. What is no PDU, and with `--lint` whatever is wrong, makes the exit code 7. */
export async function runDecode(run: Run<DecodeValues>): Promise<ExitCode> {
  const { values } = run;
  const decoding = new Decoding(run);
  if (values.pcap !== undefined) await decodeCapture(run, decoding, values.pcap);
  else {
    const { defaultAlphabet, lint: isLinted } = values;
    for (const bytes of cutPdus(readHex(await readText(run)))) {
      if (!decoding.isWanted(bytes)) continue;
      decoding.print(reportOf(bytes, { defaultAlphabet, isLinted, now: new Date() }), undefined);
      await run.terminal.drained();
    }
  }
  return decoding.hasErrors ? exitCodes.assertion : exitCodes.ok;
}
