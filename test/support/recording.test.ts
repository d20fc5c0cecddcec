import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRun, program } from './peer-programs.ts';
import { type Chunk, recordedPdus, recordingProxy } from './recording-proxy.ts';
import { dissect } from './tshark.ts';

const bindTransceiver = Buffer.from(
  '000000210000000900000000000000016e6f646500736563726574000034000000',
  'hex',
);
/** submit_sm to 4670 with the five octets `hello`, and a tail to be given. */
function submitSm(smLength: number, tail = ''): Buffer {
  const body = Buffer.concat([
    Buffer.from('00010131323300010134363730000000000000000000', 'hex'),
    Uint8Array.of(0, smLength),
    Buffer.from('hello'),
    Buffer.from(tail, 'hex'),
  ]);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(4, 4);
  header.writeUInt32BE(2, 12);
  return Buffer.concat([header, body]);
}
const chunk = (bytes: Uint8Array, fromClient = true): Chunk => ({
  connection: 0,
  fromClient,
  atMs: 1_700_000_000_000,
  bytes,
});

describe('a recording', () => {
  it('is cut into PDUs by length, wherever the chunks end', () => {
    const bytes = Buffer.concat([bindTransceiver, submitSm(5)]);
    for (let at = 1; at < bytes.length; at++) {
      const pdus = recordedPdus([chunk(bytes.subarray(0, at)), chunk(bytes.subarray(at))]);
      expect(pdus.map((pdu) => [pdu.commandId, pdu.sequenceNumber])).toEqual([
        [9, 1],
        [4, 2],
      ]);
    }
  });

  it('with half a PDU at its end is an error', () => {
    expect(() => recordedPdus([chunk(submitSm(5).subarray(0, 30))])).toThrow('no whole PDU at octet 0');
    expect(() => recordedPdus([chunk(submitSm(5).subarray(0, 7))])).toThrow('no whole PDU at octet 0');
  });

  it('holds what passed the proxy, both ways', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const proxy = await recordingProxy((echo.address() as AddressInfo).port);
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write(bindTransceiver);
    const [echoed] = (await once(socket, 'data')) as [Buffer];
    expect(echoed).toEqual(bindTransceiver);
    socket.destroy();
    await proxy.close();
    echo.close();
    expect(recordedPdus(proxy.chunks).map((pdu) => pdu.fromClient)).toEqual([true, false]);
  });
});

describe.runIf(canRun('recordings in tshark', [program('tshark')]))('tshark', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chappe-recording-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('decodes every PDU of a good recording, several in one chunk and one in several', async () => {
    const all = Buffer.concat([bindTransceiver, submitSm(5), submitSm(5)]);
    const { decoded, expected, complaints } = await dissect(
      [chunk(all.subarray(0, 70)), chunk(all.subarray(70))],
      folder,
    );
    expect(complaints).toEqual([]);
    expect(decoded).toEqual(['00000004/2', '00000004/2', '00000009/1']);
    expect(decoded).toEqual(expected);
  });

  it('complains of a message longer than its PDU', async () => {
    const { complaints } = await dissect([chunk(submitSm(50))], folder);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(/malformed/i);
  });

  it('complains of a TLV longer than its PDU', async () => {
    const { complaints } = await dissect([chunk(submitSm(5, '020c0009ff'))], folder);
    expect(complaints).toHaveLength(1);
  });
});
