/** The PDUs of all SMPP connections in a capture file, in the order in which they were complete. */
import { decode, type Note, type Version } from '@chappe/protocol';
import { type Frame, readCapture } from './capture-file.ts';
import { Dialogue, type Side } from './dialogue.ts';
import { PduStream } from './pdu-stream.ts';
import { isKnownLinkType, type TcpSegment, tcpSegmentOf } from './tcp-segment.ts';
import { type StreamPiece, TcpStream } from './tcp-stream.ts';

/** One thing found in a capture. */
export type CaptureEvent =
  | {
      readonly kind: 'pdu';
      readonly bytes: Uint8Array;
      readonly atMs: number;
      readonly from: string;
      readonly to: string;
      readonly version: Version | undefined;
      readonly notes: readonly Note[];
    }
  | {
      readonly kind: 'lost';
      readonly atMs: number;
      readonly from: string;
      readonly to: string;
      readonly why: string;
    }
  /** What is wrong with a whole connection, at its end. */
  | { readonly kind: 'notes'; readonly from: string; readonly to: string; readonly notes: readonly Note[] };

/** Which connections are read. */
export interface CaptureOptions {
  /** Ports, of either end; empty: all connections that look like SMPP. */
  readonly ports: readonly number[];
}

/** What was in the file, counted. */
export interface CaptureCounts {
  frames: number;
  tcpSegments: number;
  /** Connections that are SMPP, and those that are not. */
  connections: number;
  otherConnections: number;
  pdus: number;
  /** Frames of a link layer that is not read. */
  unreadFrames: number;
}

// Connections followed at once; the eldest is ended beyond.
const maxConnections = 10_000;
// Named in a note; the rest is counted.
const maxNamed = 5;

interface Direction {
  readonly tcp: TcpStream;
  smpp: PduStream | undefined;
}

interface Connection {
  /** `a` sent the first segment seen. */
  readonly a: string;
  readonly b: string;
  readonly directions: { readonly [S in Side]: Direction };
  dialogue: Dialogue | undefined;
}

/** Follows all connections of a capture. */
class Connections {
  readonly counts: CaptureCounts = {
    frames: 0,
    tcpSegments: 0,
    connections: 0,
    otherConnections: 0,
    pdus: 0,
    unreadFrames: 0,
  };
  readonly #open = new Map<string, Connection>();
  readonly #options: CaptureOptions;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  *frame(frame: Frame): Generator<CaptureEvent> {
    this.counts.frames++;
    if (!isKnownLinkType(frame.linkType)) this.counts.unreadFrames++;
    const segment = tcpSegmentOf(frame);
    if (segment === undefined) return;
    this.counts.tcpSegments++;
    const { ports } = this.#options;
    if (ports.length > 0 && !ports.includes(segment.fromPort) && !ports.includes(segment.toPort)) return;
    const key = [segment.from, segment.to].sort().join(' ');
    let connection = this.#open.get(key);
    // A first SYN where data has flowed: the same ports are used again.
    const isAgain = segment.isSyn && segment.payload.length === 0 && connection?.dialogue !== undefined;
    if (isAgain && connection !== undefined && segment.from === connection.a) {
      yield* this.#end(key, connection);
      connection = undefined;
    }
    if (connection === undefined) {
      const [eldest] = this.#open;
      if (this.#open.size >= maxConnections && eldest !== undefined) yield* this.#end(...eldest);
      connection = newConnection(segment);
      this.#open.set(key, connection);
    }
    const side: Side = segment.from === connection.a ? 'a' : 'b';
    const pieces = connection.directions[side].tcp.push(segment);
    yield* this.#pieces(connection, side, pieces);
  }

  *end(): Generator<CaptureEvent> {
    for (const [key, connection] of this.#open) yield* this.#end(key, connection);
  }

  *#end(key: string, connection: Connection): Generator<CaptureEvent> {
    this.#open.delete(key);
    for (const side of ['a', 'b'] as const) {
      yield* this.#pieces(connection, side, connection.directions[side].tcp.end());
    }
    const { a, b, directions, dialogue } = connection;
    const isSmpp = directions.a.smpp?.isSmpp === true || directions.b.smpp?.isSmpp === true;
    if (!isSmpp) {
      this.counts.otherConnections++;
      return;
    }
    this.counts.connections++;
    const notes: Note[] = [];
    for (const side of ['a', 'b'] as const) {
      const rest = directions[side].smpp?.end();
      if (rest === undefined) continue;
      const text = `the capture ends inside a PDU of ${side === 'a' ? a : b}: ${rest.length} octets of it are there`;
      notes.push({ code: 'cut-off', level: 'info', text });
    }
    notes.push(...unansweredNotes(dialogue));
    if (notes.length > 0) yield { kind: 'notes', from: a, to: b, notes };
  }

  *#pieces(connection: Connection, side: Side, pieces: readonly StreamPiece[]): Generator<CaptureEvent> {
    const direction = connection.directions[side];
    const [from, to] = side === 'a' ? [connection.a, connection.b] : [connection.b, connection.a];
    for (const piece of pieces) {
      direction.smpp ??= new PduStream(this.#options.ports.length > 0, direction.tcp.isMidway);
      for (const found of direction.smpp.push(piece)) {
        if (found.kind === 'lost') {
          yield { kind: 'lost', atMs: found.atMs, from, to, why: found.why };
          continue;
        }
        this.counts.pdus++;
        connection.dialogue ??= new Dialogue(direction.tcp.isMidway);
        const { dialogue } = connection;
        const { bytes, atMs } = found;
        const notes = dialogue.see(side, decode(bytes), atMs);
        yield { kind: 'pdu', bytes, atMs, from, to, version: dialogue.version, notes };
      }
    }
  }
}

function unansweredNotes(dialogue: Dialogue | undefined): Note[] {
  const unanswered = dialogue?.unanswered() ?? [];
  if (unanswered.length === 0) return [];
  const named = unanswered.slice(0, maxNamed).map(({ command, sequence }) => `${command} ${sequence}`);
  const more = unanswered.length > maxNamed ? ` and ${unanswered.length - maxNamed} more` : '';
  const text = `no response in the capture: ${named.join(', ')}${more}`;
  return [{ code: 'unanswered', level: 'warning', text }];
}

function newConnection({ from, to }: TcpSegment): Connection {
  const direction = (): Direction => ({ tcp: new TcpStream(), smpp: undefined });
  return { a: from, b: to, directions: { a: direction(), b: direction() }, dialogue: undefined };
}

/**
 * Reads a capture. Generates what it finds and returns what it counted. Throws a `Failure` where the file is none, or
 * damaged: after what came before the damage.
 */
export async function* readSmppCapture(
  chunks: AsyncIterable<Uint8Array>,
  options: CaptureOptions,
): AsyncGenerator<CaptureEvent, CaptureCounts> {
  const connections = new Connections(options);
  for await (const frame of readCapture(chunks)) yield* connections.frame(frame);
  yield* connections.end();
  return connections.counts;
}
