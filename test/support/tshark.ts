import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pcapFile, pcapServerPort } from './pcap.ts';
import { run } from './program.ts';
import { type Chunk, type RecordedPdu, recordedPdus } from './recording-proxy.ts';

/** What tshark made of a recording, beside what stood in it. */
export interface Dissection {
  /** The PDUs by length prefix alone, flow by flow. */
  readonly recorded: readonly RecordedPdu[];
  /** `command_id/sequence_number` of each PDU that tshark decoded, sorted. */
  readonly decoded: readonly string[];
  /** The same of the recording, sorted: equal to `decoded` when tshark found every PDU where it should be. */
  readonly expected: readonly string[];
  /** One line for each frame in which tshark finds something malformed or an expert error; empty when all is well. */
  readonly complaints: readonly string[];
}

const separator = '\t';
const key = (commandId: number, sequenceNumber: number): string =>
  `${commandId.toString(16).padStart(8, '0')}/${sequenceNumber}`;

/** 6291456 (0x600000) is Wireshark's expert level `warning`; `error` lies above it, notes and chat below. */
const complaintFilter = '_ws.malformed || _ws.expert.severity >= 6291456 || smpp.message_payload.duplicate';

/** Writes the recording as a pcap file into `folder` and has tshark decode every PDU of it. */
export async function dissect(chunks: readonly Chunk[], folder: string): Promise<Dissection> {
  const file = join(folder, 'recording.pcap');
  // Cut before anything is awaited: what passes from here on is in neither view.
  const recorded = recordedPdus(chunks);
  const capture = pcapFile(chunks);
  await writeFile(file, capture);
  const read = ['-n', '-r', file, '-d', `tcp.port==${pcapServerPort},smpp`];
  const fields = ['-T', 'fields', '-E', `separator=${separator}`, '-E', 'occurrence=a', '-E', 'aggregator=,'];
  const [pdus, complaints] = await Promise.all([
    run('tshark', [...read, '-Y', 'smpp', ...fields, '-e', 'smpp.command_id', '-e', 'smpp.sequence_number']),
    run('tshark', [
      ...read,
      '-Y',
      complaintFilter,
      ...fields,
      '-e',
      'frame.number',
      '-e',
      'smpp.command_id',
      '-e',
      '_ws.expert.message',
    ]),
  ]);
  const decoded = nonEmptyLines(pdus).flatMap((line) => {
    const [commands = '', sequences = ''] = line.split(separator);
    const numbers = sequences.split(',');
    return commands.split(',').map((command, at) => key(Number(command), Number(numbers[at])));
  });
  return {
    recorded,
    decoded: decoded.sort(),
    expected: recorded.map((pdu) => key(pdu.commandId, pdu.sequenceNumber)).sort(),
    complaints: nonEmptyLines(complaints),
  };
}

function nonEmptyLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
