import { Inbox } from '../support/inbox.ts';
import { Program, type ProgramExit } from '../support/program.ts';

/** A PDU as a peer program prints it: the spec's field names; octets and TLVs in hexadecimal. */
export interface PeerPdu {
  readonly command: string;
  /** command_status */
  readonly status: number;
  /** sequence_number */
  readonly seq: number;
  readonly [field: string]: unknown;
}

/** One JSON line of a peer program: the answer to a numbered call, or something that came by itself. */
export interface PeerLine {
  readonly id?: number;
  readonly event?: string;
  readonly pdu?: PeerPdu | null;
  readonly error?: string;
}

/** A peer that is a program of its own, driven by lines on stdin and answering by JSON lines on stdout. */
export class LinePeer {
  readonly program: Program;
  readonly lines: Inbox<PeerLine> = new Inbox();
  /** What came out of step with that form, and everything on stderr: empty in a good run. */
  readonly complaints: string[] = [];
  #calls = 0;

  constructor(command: string, args: readonly string[]) {
    this.program = new Program(command, args);
    this.program.lines.onPush = ({ from, text }) => {
      const line = from === 'stdout' ? readLine(text) : undefined;
      if (line) this.lines.push(line);
      else this.complaints.push(text);
    };
  }

  /** The answer to the bind, which every peer program sends first and prints as number 0. */
  async bound(): Promise<PeerPdu> {
    return await this.#answer(0, 'the bind');
  }

  /** Writes a call and waits for the PDU that answers it. `line` makes the line from the call's number. */
  async call(what: string, line: (id: number) => string): Promise<PeerPdu> {
    const id = ++this.#calls;
    this.program.write(line(id));
    return await this.#answer(id, what);
  }

  /** A request from the message centre that has come or will come. */
  async event(what: string, matches: (pdu: PeerPdu) => boolean): Promise<PeerPdu> {
    const line = await this.#orEnd(
      what,
      this.lines.next(what, ({ event, pdu }) => event !== undefined && pdu != null && matches(pdu)),
    );
    return line.pdu!;
  }

  /** Waits for its end. */
  async ended(): Promise<ProgramExit> {
    return await this.program.exit;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.program.stop();
  }

  async #answer(id: number, what: string): Promise<PeerPdu> {
    const line = await this.#orEnd(
      what,
      this.lines.next(`the answer to ${what}`, (candidate) => candidate.id === id),
    );
    if (!line.pdu) throw new Error(`${what}: ${line.error ?? 'no PDU came'}\n${this.program.output}`);
    return line.pdu;
  }

  /** Rejects at once when the program ends before what is waited for; its last lines count as come. */
  async #orEnd(what: string, arrival: Promise<PeerLine>): Promise<PeerLine> {
    let ended = false;
    const end = this.program.exit.then(async (exit) => {
      ended = true;
      const settled = await Promise.race([arrival, Promise.resolve(undefined)]);
      if (settled) return settled;
      throw new Error(`the peer ended (${exit.code ?? exit.signal}) before ${what}:\n${this.program.output}`);
    });
    try {
      return await Promise.race([arrival, end]);
    } finally {
      end.catch(() => undefined);
      if (ended) arrival.catch(() => undefined);
    }
  }
}

function readLine(text: string): PeerLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as PeerLine) : undefined;
  } catch {
    return undefined;
  }
}
