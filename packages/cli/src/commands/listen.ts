/** `chappe listen`: what comes from the message centre, one line each. */

import { readFileSync } from 'node:fs';
import { hexOf, printable, quoted } from '@chappe/protocol';
import { type IncomingEvent, SmppClient } from '@chappe/smpp';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { receiptJson } from '../json-lines.ts';
import { clientOptions } from '../settings/connection.ts';
import type { ListenValues } from '../settings/listen.ts';

/** An event as JSON. */
function eventJson(event: IncomingEvent): object {
  const from = event.from.address;
  const to = event.to.address;
  switch (event.kind) {
    case 'message': {
      const { text, dataCoding, bytes, pdus } = event;
      const isText = dataCoding.coding !== 'octet';
      return {
        kind: 'message',
        from,
        to,
        text: isText ? text : undefined,
        hex: isText ? undefined : hexOf(bytes),
        coding: dataCoding.coding,
        messageClass: dataCoding.messageClass,
        segments: pdus.length,
      };
    }
    case 'receipt':
      return { kind: 'receipt', from, to, ...receiptJson(event.receipt) };
    default: {
      const { reason, missing, total } = event;
      return { kind: 'incomplete', from, to, reason, missing, total };
    }
  }
}

function eventText(event: IncomingEvent): string {
  const way = `${printable(event.from.address)} -> ${printable(event.to.address)}`;
  switch (event.kind) {
    case 'message': {
      const segments = event.pdus.length > 1 ? `  (${event.pdus.length} segments)` : '';
      const isText = event.dataCoding.coding !== 'octet';
      return `message  ${way}  ${isText ? quoted(event.text) : hexOf(event.bytes)}${segments}`;
    }
    case 'receipt': {
      const { id, state, err, stat } = event.receipt;
      const error = err === undefined ? '' : `  error ${printable(err)}`;
      return `receipt  ${way}  ${printable(id ?? 'without id')}  ${state ?? printable(stat ?? 'no state')}${error}`;
    }
    default:
      return `incomplete  ${way}  segments ${event.missing.join(' ')} of ${event.total} did not come (${event.reason})`;
  }
}

/** Runs it. */
export async function runListen(run: Run<ListenValues>): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const talk = (line: string): void => {
    if (!values.quiet) terminal.talk(line);
  };
  let isFirst = true;
  const client = await SmppClient.connect(values.url, {
    ...clientOptions(values, 'receiver', (path) => readFileSync(path, 'utf8')),
    signal,
    onBound: (session) => {
      const { kind, remote } = session;
      talk(`${isFirst ? 'listening' : 'bound again'}: ${kind} at ${remote.address}:${remote.port}`);
      if (isFirst && kind === 'transmitter') {
        talk('  bound as transmitter: most message centres send messages and receipts to receivers only');
      }
      isFirst = false;
    },
    onDisconnected: (_, reason) => {
      // Our own end is no news.
      if (reason !== 'closed') talk(`connection lost: ${reason}`);
    },
    onConnectFailed: (error, retryInMs) => {
      // A first try that fails is the end, which is told once.
      if (!isFirst)
        talk(`${error.message}${retryInMs === undefined ? '' : `; again in ${Math.round(retryInMs)} ms`}`);
    },
  });
  const expired = values.timeoutMs === undefined ? undefined : AbortSignal.timeout(values.timeoutMs);
  const until = expired === undefined ? signal : AbortSignal.any([signal, expired]);
  let seen = 0;
  const isWanted = (event: IncomingEvent): boolean => values.only === undefined || event.kind === values.only;
  try {
    for await (const event of client.incoming({ signal: until })) {
      if (!isWanted(event)) continue;
      terminal.out(values.json ? JSON.stringify(eventJson(event)) : eventText(event));
      // The message is acknowledged only after it could be written.
      await terminal.drained();
      seen++;
      if (seen === values.count) {
        // Leaving the loop would refuse what was just printed.
        if (event.kind !== 'incomplete') event.accept();
        return exitCodes.ok;
      }
    }
  } finally {
    await client.close({ drainMs: 1000 });
  }
  if (values.count === undefined) return exitCodes.ok;
  talk(`${seen} of ${values.count} came`);
  return signal.aborted ? exitCodes.interrupted : exitCodes.timeout;
}
