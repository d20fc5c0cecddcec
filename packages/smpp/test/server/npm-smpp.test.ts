/** npm `smpp`, the ESME library that most programs in JavaScript run, at a server: it submits, is told, and is written to. */
import { createRequire } from 'node:module';
import { segmentText } from '@chappe/protocol';
import { expect, test } from 'vitest';
import type { SubmittedMessage } from '../../src/server/submitted-message.ts';
import { deferred } from '../support/older-node.ts';
import { startServer } from '../support/servers.ts';

interface PeerPdu {
  readonly command: string;
  readonly command_status: number;
  readonly message_id: string;
  readonly esm_class: number;
  readonly message_state?: number;
  readonly receipted_message_id?: string;
  readonly short_message: { readonly udh?: readonly Buffer[]; readonly message: string };
  response(): unknown;
}

interface PeerSession {
  on(event: string, listener: (pdu: PeerPdu) => void): void;
  send(pdu: unknown): void;
  destroy(): void;
  submit_sm(fields: object, done: (pdu: PeerPdu) => void): void;
  bind_transceiver(fields: object, done: (pdu: PeerPdu) => void): void;
}

interface Peer {
  connect(options: object, connected: () => void): PeerSession;
}

const peer = createRequire(import.meta.url)('smpp') as Peer;
const text = 'Grüße aus Köln, und zwar viele davon. '.repeat(12);

test('a long message is taken as one, its receipts and a long answer arrive', async () => {
  const messages: SubmittedMessage[] = [];
  const server = await startServer({
    operations: undefined,
    onMessage: (message) => void messages.push(message),
  });
  const bound = deferred<PeerPdu>();
  const esme = peer.connect({ url: `smpp://127.0.0.1:${server.port}` }, () =>
    esme.bind_transceiver({ system_id: 'esme', password: 'pw' }, bound.resolve),
  );
  esme.on('error', () => undefined);
  const taken: PeerPdu[] = [];
  esme.on('deliver_sm', (pdu) => {
    taken.push(pdu);
    esme.send(pdu.response());
  });
  expect((await bound.promise).command_status).toBe(0);

  const { segments } = segmentText(text, { reference: 5 });
  const answers = await Promise.all(
    segments.map(({ short_message }) => {
      const answer = deferred<PeerPdu>();
      const fields = { destination_addr: '447700900123', source_addr: 'Shop', registered_delivery: 1 };
      esme.submit_sm(
        { ...fields, data_coding: 0, esm_class: 0x40, short_message: Buffer.from(short_message) },
        answer.resolve,
      );
      return answer.promise;
    }),
  );
  expect(messages).toMatchObject([{ text, receipt: 'final', from: { address: 'Shop' } }]);
  const { ids, from, to } = messages[0]!;
  expect(answers.map(({ command_status, message_id }) => [command_status, message_id])).toEqual(
    ids.map((id) => [0, id]),
  );

  const [session] = server.sessions;
  for (const id of ids) await session!.sendReceipt({ id, state: 'DELIVERED', from: to, to: from });
  expect(taken.map((pdu) => [pdu.esm_class, pdu.message_state, pdu.receipted_message_id])).toEqual(
    ids.map((id) => [0x04, 2, id]),
  );
  expect(taken[0]?.short_message.message).toMatch(new RegExp(`^id:${ids[0]} .*stat:DELIVRD err:000 text:$`));

  expect(await session!.deliver({ from: to, to: from, text })).toMatchObject({ segments: 3 });
  const parts = taken.slice(ids.length).map((pdu) => pdu.short_message);
  expect(parts.map(({ message }) => message).join('')).toBe(text);
  expect(parts.map(({ udh }) => [...udh![0]!].slice(-2))).toEqual([
    [3, 1],
    [3, 2],
    [3, 3],
  ]);
  esme.destroy();
});
