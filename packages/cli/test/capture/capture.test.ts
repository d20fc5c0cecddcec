import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode, type PduInput } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { type CaptureCounts, type CaptureEvent, readSmppCapture } from '../../src/capture/smpp-capture.ts';
import { chunksOf, FIN, ipv4, linkLayers, type MadeSegment, pcap, pcapng, SYN } from '../support/captures.ts';

interface Read {
  readonly events: readonly CaptureEvent[];
  readonly counts: CaptureCounts;
}

async function read(file: Uint8Array, ports: readonly number[] = [], octets = 7): Promise<Read> {
  const events: CaptureEvent[] = [];
  const generator = readSmppCapture(chunksOf(file, octets), { ports });
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return { events, counts: next.value };
    events.push(next.value);
  }
}

/** `c submit_sm 1`, `s submit_sm_resp 1`: who sent which PDU; holes as `lost`. */
function story({ events }: Read): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'lost') return ['lost'];
    if (event.kind === 'notes') return [];
    const pdu = decode(event.bytes);
    return [`${event.from.endsWith(':2775') ? 's' : 'c'} ${pdu.command} ${pdu.sequence_number}`];
  });
}

function notesOf({ events }: Read): string[] {
  return events.flatMap((event) => (event.kind === 'lost' ? [] : event.notes.map(({ code }) => code)));
}

const bind = encode({
  command: 'bind_transceiver',
  sequence_number: 1,
  system_id: 'a',
  interface_version: 0x34,
});
const bound = encode({ command: 'bind_transceiver_resp', sequence_number: 1, system_id: 'b' });
const submit = (sequence_number: number, text = 'Hello'): Uint8Array =>
  encode({
    command: 'submit_sm',
    sequence_number,
    destination_addr: '4477',
    short_message: Buffer.from(text),
  });
const submitted = (sequence_number: number): Uint8Array =>
  encode({ command: 'submit_sm_resp', sequence_number, message_id: 'x' });

/** A whole conversation, one PDU per segment; `first` is the client's first sequence number. */
function conversation(first = 1000): MadeSegment[] {
  let client = first;
  let server = 5000;
  const segments: MadeSegment[] = [
    { isFromClient: true, sequence: client, flags: SYN },
    { isFromClient: false, sequence: server, flags: SYN },
  ];
  client++;
  server++;
  const say = (isFromClient: boolean, payload: Uint8Array): void => {
    segments.push({ isFromClient, sequence: isFromClient ? client : server, payload });
    if (isFromClient) client += payload.length;
    else server += payload.length;
  };
  say(true, bind);
  say(false, bound);
  for (const sequence of [2, 3, 4]) {
    say(true, submit(sequence));
    say(false, submitted(sequence));
  }
  return segments;
}

const whole = [
  'c bind_transceiver 1',
  's bind_transceiver_resp 1',
  'c submit_sm 2',
  's submit_sm_resp 2',
  'c submit_sm 3',
  's submit_sm_resp 3',
  'c submit_sm 4',
  's submit_sm_resp 4',
];

const raw = (segments: readonly MadeSegment[]): { bytes: Buffer; atMs?: number }[] =>
  segments.map((segment) => ({ bytes: ipv4(segment), atMs: segment.atMs ?? 0 }));

describe('captures', () => {
  it.each(Object.entries(linkLayers))('are read from %s', async (_, { type, frame }) => {
    const frames = conversation().map((segment) => ({ bytes: frame(segment) }));
    expect(story(await read(pcap(frames, { type })))).toEqual(whole);
  });

  it.each([
    ['little endian', {}],
    ['big endian', { isBig: true }],
    ['nanoseconds', { isNano: true }],
    ['big endian nanoseconds', { isBig: true, isNano: true }],
  ])('are read as pcap, %s, with their times', async (_, options) => {
    const atMs = Date.UTC(2026, 6, 20, 12, 0, 0, 250);
    const got = await read(pcap(raw(conversation().map((segment) => ({ ...segment, atMs }))), options));
    expect(story(got)).toEqual(whole);
    expect(got.events.map((event) => event.kind === 'pdu' && event.atMs)).toEqual(whole.map(() => atMs));
  });

  it('are read as pcapng, with their times', async () => {
    const atMs = Date.UTC(2026, 6, 20, 12, 0, 0, 250);
    const got = await read(pcapng(raw(conversation().map((segment) => ({ ...segment, atMs })))));
    expect(story(got)).toEqual(whole);
    expect(got.events.every((event) => event.kind !== 'pdu' || Math.abs(event.atMs - atMs) < 1)).toBe(true);
  });

  it('are counted', async () => {
    const other: MadeSegment[] = [
      { isFromClient: true, sequence: 1, flags: SYN, clientPort: 5, serverPort: 80 },
      {
        isFromClient: true,
        sequence: 2,
        payload: Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
        clientPort: 5,
        serverPort: 80,
      },
    ];
    const got = await read(pcap(raw([...conversation(), ...other])));
    expect(got.counts).toMatchObject({
      frames: 12,
      tcpSegments: 12,
      connections: 1,
      otherConnections: 1,
      pdus: 8,
    });
    expect((await read(pcap(raw(conversation())), [9999])).counts.pdus).toBe(0);
  });

  it('say where they are damaged, after what came before', async () => {
    const file = pcap(raw(conversation()));
    const events: string[] = [];
    const reading = (async () => {
      for await (const event of readSmppCapture(chunksOf(file.subarray(0, -3)), { ports: [] }))
        events.push(event.kind);
    })();
    await expect(reading).rejects.toThrow('it ends inside a frame');
    expect(events).toHaveLength(7);
    await expect(read(Buffer.from('this is no capture'))).rejects.toThrow('neither pcap nor pcapng');
    await expect(read(Buffer.alloc(0))).rejects.toThrow('the capture is empty');
  });
});

describe('TCP streams', () => {
  const halves = (segments: readonly MadeSegment[], cut: number): MadeSegment[] =>
    segments.flatMap((segment) => {
      const { payload, sequence } = segment;
      if (payload === undefined || payload.length <= cut) return [segment];
      return [
        { ...segment, payload: payload.subarray(0, cut) },
        { ...segment, payload: payload.subarray(cut), sequence: sequence + cut },
      ];
    });

  it.each([1, 3, 4, 15, 16, 17, 30])('are put together from segments cut at octet %d', async (cut) => {
    expect(story(await read(pcap(raw(halves(conversation(), cut)))))).toEqual(whole);
  });

  it('are put in order', async () => {
    const segments = halves(conversation(), 20);
    // Neighbours of one direction change places.
    const client = segments.filter(({ isFromClient }) => isFromClient);
    const server = segments.filter(({ isFromClient }) => !isFromClient);
    const shuffled = [client[0]!, ...client.slice(1).reverse(), ...server];
    const got = story(await read(pcap(raw(shuffled))));
    expect([...got].sort()).toEqual([...whole].sort());
    expect(got.filter((line) => line.startsWith('c'))).toEqual(whole.filter((line) => line.startsWith('c')));
  });

  it('leave repeated and overlapping segments out', async () => {
    const segments = conversation();
    const again = segments.flatMap((segment) => [segment, segment]);
    expect(story(await read(pcap(raw(again))))).toEqual(whole);
    const last = segments.at(-2)!;
    const before = segments.at(-4)!;
    const joined = Buffer.concat([before.payload!, last.payload!]);
    const overlapping = [...segments.slice(0, -2), { ...before, payload: joined }, segments.at(-1)!];
    expect(story(await read(pcap(raw(overlapping))))).toEqual(whole);
  });

  it('go on where sequence numbers wrap around', async () => {
    for (const first of [0xffff_fff0, 0xffff_ffff, 0xffff_ffd0]) {
      expect(story(await read(pcap(raw(conversation(first)))))).toEqual(whole);
    }
  });

  it('are read on after a hole, from the next PDU', async () => {
    const segments = conversation();
    const lost = segments.filter((_, index) => index !== 4);
    const got = story(await read(pcap(raw(lost))));
    expect(got.filter((line) => line.startsWith('c') || line === 'lost')).toEqual([
      'c bind_transceiver 1',
      'lost',
      'c submit_sm 3',
      'c submit_sm 4',
    ]);
  });

  it('are read from the middle, even of a PDU', async () => {
    const segments = conversation().slice(4);
    const { payload, sequence } = segments[0]!;
    const cut = [
      { ...segments[0]!, payload: payload!.subarray(9), sequence: sequence + 9 },
      ...segments.slice(1),
    ];
    const got = await read(pcap(raw(cut)));
    expect(story(got).filter((line) => line !== 'lost')).toEqual(whole.slice(3));
    expect(notesOf(got)).not.toContain('not-bound');
  });

  it('begin anew when the same ports are used again', async () => {
    const [first, second] = [conversation(), conversation(90_000)];
    expect(story(await read(pcap(raw([...first, ...second]))))).toEqual([...whole, ...whole]);
  });

  it('end inside a PDU', async () => {
    const segments = conversation();
    const last = segments.at(-2)!;
    const cut = [...segments.slice(0, -2), { ...last, payload: last.payload!.subarray(0, 20) }];
    expect(notesOf(await read(pcap(raw(cut))))).toContain('cut-off');
  });
});

describe('conversations', () => {
  interface Said {
    readonly who: 'c' | 's';
    readonly pdu: PduInput;
    readonly afterMs?: number;
  }

  async function notes(said: readonly Said[]): Promise<string[]> {
    const numbers = { c: 1, s: 1 };
    let atMs = 0;
    const segments: MadeSegment[] = [
      { isFromClient: true, sequence: 0, flags: SYN },
      { isFromClient: false, sequence: 0, flags: SYN },
    ];
    for (const { who, pdu, afterMs = 1 } of said) {
      const payload = encode(pdu);
      atMs += afterMs;
      segments.push({ isFromClient: who === 'c', sequence: numbers[who], payload, atMs });
      numbers[who] += payload.length;
    }
    segments.push({ isFromClient: true, sequence: numbers.c, flags: FIN });
    return notesOf(await read(pcap(raw(segments))));
  }

  const start: readonly Said[] = [
    {
      who: 'c',
      pdu: { command: 'bind_transceiver', sequence_number: 1, system_id: 'a', interface_version: 0x34 },
    },
    { who: 's', pdu: { command: 'bind_transceiver_resp', sequence_number: 1 } },
  ];
  const submitSm = (sequence_number: number): Said => ({
    who: 'c',
    pdu: { command: 'submit_sm', sequence_number, destination_addr: '4477' },
  });
  const response = (sequence_number: number, afterMs = 1): Said => ({
    who: 's',
    pdu: { command: 'submit_sm_resp', sequence_number, message_id: 'x' },
    afterMs,
  });

  it('that are in order are left alone', async () => {
    expect(await notes([...start, submitSm(2), submitSm(3), response(3), response(2)])).toEqual([]);
  });

  it.each<[string, readonly Said[], string]>([
    ['a request before the bind', [submitSm(2), response(2)], 'not-bound'],
    ['a number used twice', [...start, submitSm(2), submitSm(2), response(2)], 'sequence-reuse'],
    ['a response to nothing', [...start, response(9)], 'stray-response'],
    ['a late response', [...start, submitSm(2), response(2, 12_000)], 'late-response'],
    ['a request without response', [...start, submitSm(2)], 'unanswered'],
    [
      'a second bind',
      [...start, { ...start[0]!, pdu: { ...start[0]!.pdu, sequence_number: 5 } as PduInput }],
      'bind-twice',
    ],
    [
      'a wrong response',
      [...start, submitSm(2), { who: 's', pdu: { command: 'data_sm_resp', sequence_number: 2 } }],
      'wrong-response',
    ],
    [
      'deliver_sm from the ESME',
      [...start, { who: 'c', pdu: { command: 'deliver_sm', sequence_number: 2 } }],
      'direction',
    ],
    ['a long silence', [...start, { ...submitSm(2), afterMs: 90_000 }, response(2)], 'silence'],
    [
      'talk after unbind',
      [
        ...start,
        { who: 'c', pdu: { command: 'unbind', sequence_number: 2 } },
        { who: 's', pdu: { command: 'unbind_resp', sequence_number: 2 } },
        submitSm(3),
      ],
      'after-unbind',
    ],
  ])('with %s are reported', async (_, said, code) => {
    expect(await notes(said)).toContain(code);
  });

  it('tell the version of the session', async () => {
    const version50: Said = {
      who: 'c',
      pdu: { command: 'bind_transceiver', sequence_number: 1, system_id: 'a', interface_version: 0x50 },
    };
    const answer = (offered: number): Said => ({
      who: 's',
      pdu: { command: 'bind_transceiver_resp', sequence_number: 1, tlvs: { sc_interface_version: offered } },
    });
    for (const offered of [0x34, 0x50]) {
      const said = [version50, answer(offered), submitSm(2), response(2)].map(({ pdu }) => encode(pdu));
      let sequence = { c: 1, s: 1 };
      const segments: MadeSegment[] = said.map((payload, index) => {
        const who = index % 2 === 0 ? 'c' : 's';
        const segment = { isFromClient: who === 'c', sequence: sequence[who], payload };
        sequence = { ...sequence, [who]: sequence[who] + payload.length };
        return segment;
      });
      const { events } = await read(pcap(raw(segments)));
      expect(events.map((event) => (event.kind === 'pdu' ? event.version : 0)).slice(2)).toEqual([
        offered,
        offered,
      ]);
    }
  });
});

const tools = ['/usr/bin/tshark', '/usr/bin/editcap'];

describe.runIf(tools.every((path) => existsSync(path)))('captures of other tools', () => {
  it('are read: the same PDUs as tshark sees, from its own pcapng', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-capture-'));
    try {
      const ours = join(folder, 'ours.pcap');
      const theirs = join(folder, 'theirs.pcapng');
      writeFileSync(
        ours,
        pcap(raw(conversation().map((segment, index) => ({ ...segment, atMs: 1000 + index })))),
      );
      execFileSync('/usr/bin/editcap', ['-F', 'pcapng', ours, theirs], { stdio: 'pipe' });
      const got = await read(readFileSync(theirs), [], 4096);
      expect(story(got)).toEqual(whole);
      const fields = ['-T', 'fields', '-e', 'smpp.command_id', '-e', 'smpp.sequence_number'];
      const seen = execFileSync('/usr/bin/tshark', ['-r', theirs, '-Y', 'smpp', ...fields], {
        encoding: 'utf8',
      });
      const numbers = got.events.flatMap((event) =>
        event.kind === 'pdu'
          ? [
              `0x${Buffer.from(event.bytes).subarray(4, 8).toString('hex')}\t${decode(event.bytes).sequence_number}`,
            ]
          : [],
      );
      expect(seen.trim().split('\n')).toEqual(numbers);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
