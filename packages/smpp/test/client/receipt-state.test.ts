/** A receipt as a message centre in the field sent it: UNDELIV in the text, 0 in message_state. */
import { expect, test } from 'vitest';
import { clientAndServer } from '../support/standin-mc.ts';

const text =
  'id:MESSAGE sub:001 dlvrd:001 submit date:1807221736 done date:1807221736 stat:UNDELIV err:255 text:hi';

test.each([0x34, 0x50] as const)(
  'receipt() settles by the end that the text tells, version %i',
  async (version) => {
    const { client } = await clientAndServer(
      { version },
      {
        operations: {
          submit_sm: (_pdu, session) => {
            const tlvs = { receipted_message_id: 'MESSAGE', message_state: 0 };
            const receipt = { esm_class: 4, source_addr: '447700900123', destination_addr: '1001', tlvs };
            setImmediate(() => {
              session.send(
                { command: 'deliver_sm', ...receipt, short_message: Buffer.from(text) },
                () => undefined,
              );
            });
            return { message_id: 'MESSAGE' };
          },
        },
      },
    );
    const sent = await client.send({ to: '447700900123', from: '1001', text: 'hi', receipt: 'final' });
    expect(await sent.receipt()).toMatchObject({ state: 'UNDELIVERABLE' });
  },
);
