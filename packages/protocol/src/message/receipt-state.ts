import {
  type FinalStateOptions,
  isFinalState,
  isStateWord,
  type MessageState,
  messageState,
  stateOfWord,
} from './message-state.ts';

/** The state that a receipt tells, and which of its two places told it. */
export interface ReceiptState {
  readonly state: MessageState | undefined;
  readonly source: 'tlv' | 'text' | undefined;
}

/** How peers mean the states of their receipts. */
export interface ReceiptStateOptions extends FinalStateOptions {
  /** The peer's version, 0x33, 0x34 or 0x50: before 5.0 the values 0 and 9 are reserved. Default 0x34. */
  readonly interfaceVersion?: number | undefined;
}

// How much a state says, least first.
const RESERVED = 0;
const UNHEARD_WORD = 1;
const NOT_FINAL = 2;
const VAGUE_END = 3;
const END = 4;

function weightOf(state: MessageState, options: ReceiptStateOptions): number {
  if (!isFinalState(state, options)) return NOT_FINAL;
  return state === 'UNKNOWN' || state === 'ACCEPTED' ? VAGUE_END : END;
}

/**
 * Weighs message_state against the word of the text. The TLV counts (SMPP 3.4 appendix B leaves the text to the
 * vendor), unless the text says more: peers fill the TLV with 0, ENROUTE, ACCEPTED or UNKNOWN and tell the end in the
 * text alone. A word that nobody knows is an end only beside a TLV that says nothing.
 */
export function receiptState(
  tlvValue: number | undefined,
  word: string | undefined,
  options: ReceiptStateOptions,
): ReceiptState {
  const ofTlv = tlvValue === undefined ? undefined : messageState(tlvValue);
  const ofText = stateOfWord(word ?? '');
  if (ofTlv === undefined) return { state: ofText, source: ofText && 'text' };
  if (ofText === undefined || ofText === ofTlv) return { state: ofTlv, source: 'tlv' };
  // SMPP 5.0 4.7.15: SCHEDULED and SKIPPED came with it.
  const isReserved =
    (ofTlv === 'SCHEDULED' || ofTlv === 'SKIPPED') && (options.interfaceVersion ?? 0x34) < 0x50;
  const tlvWeight = isReserved ? RESERVED : weightOf(ofTlv, options);
  const textWeight = isStateWord(word ?? '') ? weightOf(ofText, options) : UNHEARD_WORD;
  return textWeight > tlvWeight ? { state: ofText, source: 'text' } : { state: ofTlv, source: 'tlv' };
}
