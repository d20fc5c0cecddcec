import type { Version } from '../../definitions/constants.ts';
import type { DecodedPdu } from '../../definitions/pdu.ts';
import type { ReadContent } from '../content.ts';

/**
 * How bad it is. `error`: against the documents, or the message does not come out as it was meant; `warning`: works
 * with some peers; `info`: worth knowing.
 */
export type Level = 'error' | 'warning' | 'info';

/** One thing that lint has to say about a PDU or a conversation. */
export interface Note {
  /** Stable, for scripts. */
  readonly code: string;
  readonly level: Level;
  /** The field or TLV it is about. */
  readonly field?: string | undefined;
  /** What is wrong. */
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** What a rule looks at. */
export interface Subject {
  readonly pdu: DecodedPdu;
  readonly content: ReadContent | undefined;
  /** The version that the bind agreed upon; undefined where it is not known. */
  readonly version: Version | undefined;
  /** When the PDU was sent, as far as known. */
  readonly now: Date;
}

/** Says what it finds wrong with one PDU. */
export type Rule = (subject: Subject) => readonly Note[];
