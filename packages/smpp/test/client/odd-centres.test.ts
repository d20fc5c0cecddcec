/** Message centres that bend the rules of a bind: what they mean is understood. */
import { createServer, type Server } from 'node:net';
import { type PduInput, status } from '@chappe/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { OutbindListener } from '../../src/client/outbind-listener.ts';
import type { BindKind } from '../../src/core/states.ts';
import { deferred } from '../support/older-node.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { closeLater } from '../support/servers.ts';

const centres: Server[] = [];

afterEach(() => {
  for (const centre of centres.splice(0)) centre.close();
});

/** A centre that plays `script` on each connection; its address. */
async function centre(script: (peer: RawPeer) => Promise<void>): Promise<string> {
  const server = createServer((socket) => void script(new RawPeer(socket)).catch(() => socket.destroy()));
  centres.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `smpp://esme:secret@127.0.0.1:${(server.address() as { readonly port: number }).port}`;
}

describe('generic_nack is the answer to the bind', () => {
  const nack = (sequence_number: number, command_status: number): PduInput => ({
    command: 'generic_nack',
    sequence_number,
    command_status,
  });

  test.each([
    ['under number 0', nack(0, status.ESME_RBINDFAIL), status.ESME_RBINDFAIL],
    ['under a number of its own', nack(77, status.ESME_RINVCMDID), status.ESME_RINVCMDID],
    ['under the number of the bind', nack(1, status.ESME_RINVPASWD), status.ESME_RINVPASWD],
    ['with ESME_ROK', nack(1, 0), status.ESME_RUNKNOWNERR],
    ['with ESME_ROK under number 0', nack(0, 0), status.ESME_RUNKNOWNERR],
  ])('%s', async (_what, answer, expected) => {
    const url = await centre(async (peer) => {
      await peer.next();
      peer.write(answer);
    });
    await expect(SmppClient.connect(url, { reconnect: false })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_BIND',
      status: expected,
    });
  });

  test('to an outbind', async () => {
    const listener = closeLater(
      await OutbindListener.listen({
        port: 0,
        systemId: 'esme',
        password: 'secret',
        authenticate: () => true,
        operations: {},
      }),
    );
    const { connect } = await import('node:net');
    const peer = new RawPeer(connect(listener.port, '127.0.0.1'));
    await peer.ask({ command: 'outbind', sequence_number: 1 });
    peer.write(nack(0, status.ESME_RBINDFAIL));
    await peer.closed();
    expect(listener.sessions).toEqual([]);
  });

  test('and later, bound, one under number 0 answers nothing', async () => {
    const notices: unknown[] = [];
    const url = await centre(async (peer) => {
      const bind = await peer.next();
      peer.write({ command: 'bind_transceiver_resp', sequence_number: bind.sequence_number });
      const submit = await peer.next();
      peer.write(nack(0, 8), nack(bind.sequence_number, 8), {
        command: 'submit_sm_resp',
        sequence_number: submit.sequence_number,
        message_id: 'm1',
      });
    });
    const onNotice = (_session: unknown, notice: { readonly what: string }): void =>
      void notices.push(notice.what);
    const client = closeLater(await SmppClient.connect(url, { onNotice }));
    expect(await client.request({ command: 'submit_sm' })).toMatchObject({ message_id: 'm1' });
    expect(notices).toEqual(['stray_response', 'stray_response']);
    client.destroy();
  });
});

describe.each(['transmitter', 'transceiver', 'receiver'] as const)('on a %s bind', (bind: BindKind) => {
  test.each(['deliver_sm', 'data_sm'] as const)('a receipt by %s is taken', async (command) => {
    const answers: unknown[] = [];
    const answered = deferred<void>();
    const url = await centre(async (peer) => {
      const { sequence_number } = await peer.next();
      peer.write({ command: `bind_${bind}_resp`, sequence_number });
      const text = Buffer.from('id:m1 stat:DELIVRD err:000 text:');
      const content =
        command === 'deliver_sm' ? { short_message: text } : { tlvs: { message_payload: text } };
      answers.push(await peer.ask({ command, sequence_number: 5, esm_class: 4, ...content } as PduInput));
      answered.resolve();
    });
    const received: string[] = [];
    const client = closeLater(
      await SmppClient.connect(url, {
        bind,
        operations: {
          deliver_sm: (pdu) => {
            received.push(pdu.command);
            return {};
          },
          data_sm: (pdu) => {
            received.push(pdu.command);
            return {};
          },
        },
      }),
    );
    await answered.promise;
    expect(answers).toMatchObject([{ command: `${command}_resp`, command_status: 0 }]);
    expect(received).toEqual([command]);
    client.destroy();
  });
});
