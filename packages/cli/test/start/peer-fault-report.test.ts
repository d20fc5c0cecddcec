import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startChappe } from '../../../../test/support/chappe.ts';
import { PeerFaultReport } from '../../src/start/peer-fault-report.ts';

test('ten faults in five seconds are told, the others are counted', () => {
  let nowMs = 0;
  const told: [object, string][] = [];
  const report = new PeerFaultReport({ monotonicMs: () => nowMs });
  report.attach({ warn: (fields, message) => told.push([fields, message]) });
  for (let fault = 0; fault < 1_000; fault += 1) report.report({ peer: '127.0.0.1', what: `fault ${fault}` });
  expect(told).toHaveLength(10);
  nowMs = 5_000;
  report.report({ peer: 'acme 127.0.0.1', what: 'later' });
  expect(told.at(-1)).toEqual([{ where: 'acme 127.0.0.1', leftOut: 990 }, 'later']);
});

test('what a peer says cannot write lines of its own', () => {
  const told: [object, string][] = [];
  const report = new PeerFaultReport({ monotonicMs: () => 0 });
  report.attach({ warn: (fields, message) => told.push([fields, message]) });
  report.report({ peer: 'a\nb 127.0.0.1', what: 'x\u001b[31m' });
  expect(told).toEqual([[{ where: 'a\\nb 127.0.0.1' }, 'x\\u001b[31m']]);
});

test('chappe start: a peer that speaks HTTP to the SMPP port is a warning on stderr', async () => {
  const chappe = await startChappe();
  onTestFinished(() => chappe.stop());
  const socket = connect({ port: chappe.smppPort, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write('GET / HTTP/1.1\r\n\r\n');
  const { text } = await chappe.program.line('a warning', ({ from }) => from === 'stderr');
  expect(JSON.parse(text)).toMatchObject({ level: 40, where: '127.0.0.1' });
  expect(text).toContain('it speaks HTTP');
});
