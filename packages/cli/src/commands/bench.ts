/** `chappe bench`: load, latencies, receipts, and thresholds for a build to fail on. */
import { readFileSync } from 'node:fs';
import { NPI, type PduInput, type PduOf, readReceipt, segmentText, TON, tlv } from '@chappe/protocol';
import { addressOf, SmppClient, systemClock } from '@chappe/smpp';
import { Latencies } from '../bench/latencies.ts';
import { Load } from '../bench/load.ts';
import { ReceiptBook } from '../bench/receipt-book.ts';
import { measuresOf, type Outcome, printSummary, summaryJson } from '../bench/summary.ts';
import { isCrossed } from '../bench/threshold.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { BenchValues } from '../settings/bench.ts';
import { clientOptions } from '../settings/connection.ts';

const DELIVERED = 2;
const progressMs = 1_000;
// How often the last receipts are looked for.
const settleMs = 50;

/** Composes the messages: all fields but the number are the same. */
function messages(values: BenchValues): (index: number) => PduInput<'submit_sm'> {
  const { segments, dataCoding } = segmentText(values.text, { reference: 0 });
  const [segment] = segments;
  if (segment === undefined || segments.length > 1) {
    throw usage('--text: bench sends messages of one segment: the text is longer');
  }
  if (!/^\d{1,15}$/.test(values.to)) throw usage(`--to: ${JSON.stringify(values.to)} is no number`);
  const source = addressOf(values.from);
  const first = Number(values.to);
  const width = values.to.length;
  return (index) => ({
    command: 'submit_sm',
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.address,
    dest_addr_ton: TON.INTERNATIONAL,
    dest_addr_npi: NPI.ISDN,
    destination_addr: String(first + (index % values.numbers)).padStart(width, '0'),
    registered_delivery: values.receipts ? 1 : 0,
    data_coding: dataCoding,
    short_message: segment.short_message,
  });
}

/** Counts receipts as they come. */
class Receipts {
  readonly book: ReceiptBook = new ReceiptBook();
  readonly latencies: Latencies = new Latencies();
  undelivered = 0;
  lastMs = 0;
  isMeasured: (sentMs: number) => boolean = () => false;

  came(pdu: PduOf<'deliver_sm'>): void {
    const id = tlv(pdu, 'receipted_message_id') ?? readReceipt(pdu)?.id;
    if (id === undefined) return;
    const nowMs = systemClock.monotonicMs();
    this.lastMs = nowMs;
    const isDelivered = tlv(pdu, 'message_state') === DELIVERED || readReceipt(pdu)?.state === 'DELIVERED';
    if (!isDelivered) this.undelivered++;
    const sentMs = this.book.came(id, nowMs);
    if (sentMs !== undefined) this.note(sentMs, nowMs);
  }

  note(sentMs: number, cameMs: number): void {
    if (this.isMeasured(sentMs)) this.latencies.record(cameMs - sentMs);
  }

  /** Settles when all have come, or none has for that long. */
  async settle(timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.lastMs = Math.max(this.lastMs, systemClock.monotonicMs());
    while (this.book.missing > 0 && !signal.aborted && systemClock.monotonicMs() - this.lastMs < timeoutMs) {
      await new Promise<void>((resolve) => systemClock.setTimer(resolve, settleMs));
    }
  }
}

/** One line a second on what goes on. */
function watch(
  load: Load,
  receipts: Receipts | undefined,
  { values, terminal }: Run<BenchValues>,
): () => void {
  if (values.quiet || !terminal.isTalkTty) return () => undefined;
  let before = 0;
  const timer = setInterval(() => {
    const { sent } = load.counts;
    const late = receipts === undefined ? '' : `  receipts ${receipts.book.received}`;
    terminal.talk(`  ${(sent - before).toLocaleString('en')}/s  open ${load.open}${late}`);
    before = sent;
  }, progressMs);
  return () => clearInterval(timer);
}

/** Runs it. */
export async function runBench(run: Run<BenchValues>): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const message = messages(values);
  const receipts = values.receipts ? new Receipts() : undefined;
  const client = await SmppClient.connect(values.url, {
    ...clientOptions(values, 'transceiver', (path) => readFileSync(path, 'utf8')),
    binds: values.binds,
    window: values.window,
    peerWindow: 100_000,
    responseTimeoutMs: values.timeoutMs,
    reconnect: false,
    onThrottled: 'report',
    signal,
    operations: {
      deliver_sm: (pdu) => {
        receipts?.came(pdu);
        return {};
      },
    },
  });
  try {
    const load = new Load(
      client,
      {
        inFlight: values.binds * values.window,
        perSecond: values.perSecond,
        messages: values.messages,
        durationMs: values.durationMs,
        warmUpMs: values.warmUpMs,
        message,
        nowMs: systemClock.monotonicMs,
        setTimer: systemClock.setTimer,
        signal,
      },
      receipts?.book,
      (sentMs, cameMs) => receipts?.note(sentMs, cameMs),
    );
    if (receipts !== undefined) receipts.isMeasured = (sentMs) => load.isMeasured(sentMs);
    const unwatch = watch(load, receipts, run);
    await load.run();
    await receipts?.settle(values.receiptTimeoutMs, signal);
    unwatch();
    const { binds, window, thresholds } = values;
    const outcome: Outcome = {
      load,
      receiptLatencies: receipts?.latencies ?? new Latencies(),
      book: receipts?.book,
      undelivered: receipts?.undelivered ?? 0,
      binds,
      window,
    };
    const crossed = thresholds.filter((threshold) => isCrossed(threshold, measuresOf(outcome)));
    if (values.json) terminal.out(JSON.stringify(summaryJson(outcome, crossed)));
    else printSummary(outcome, crossed, terminal);
    if (signal.aborted) return exitCodes.interrupted;
    if (crossed.length > 0) return exitCodes.assertion;
    // Who names thresholds has said what is wrong; else anything that failed is.
    const hasFailures = load.counts.errors > 0 || (receipts?.book.missing ?? 0) > 0;
    return thresholds.length === 0 && hasFailures ? exitCodes.partial : exitCodes.ok;
  } finally {
    await client.close({ drainMs: 1000 });
  }
}
