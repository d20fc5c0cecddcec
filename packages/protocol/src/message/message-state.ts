/** Message states by their value in message_state (SMPP 5.0 4.7.15). SCHEDULED and SKIPPED are 5.0 only. */
export const messageStates = [
  'SCHEDULED',
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
  'SKIPPED',
] as const;

/** What became of a message. */
export type MessageState = (typeof messageStates)[number];

/** The words of receipts (SMPP 3.4 appendix B). It has none for SCHEDULED and SKIPPED: the nearest is sent. */
const words: { readonly [S in MessageState]: string } = {
  SCHEDULED: 'ENROUTE',
  ENROUTE: 'ENROUTE',
  DELIVERED: 'DELIVRD',
  EXPIRED: 'EXPIRED',
  DELETED: 'DELETED',
  UNDELIVERABLE: 'UNDELIV',
  ACCEPTED: 'ACCEPTD',
  UNKNOWN: 'UNKNOWN',
  REJECTED: 'REJECTD',
  SKIPPED: 'REJECTD',
};

/** Words that peers send beside their own names of the states. */
const otherWords: readonly (readonly [word: string, state: MessageState])[] = [
  ['DELIVRD', 'DELIVERED'],
  ['DELIVER', 'DELIVERED'],
  ['DELIVRED', 'DELIVERED'],
  ['EXPIRD', 'EXPIRED'],
  ['UNDELIV', 'UNDELIVERABLE'],
  ['UNDELIVERED', 'UNDELIVERABLE'],
  ['FAILED', 'UNDELIVERABLE'],
  ['ACCEPTD', 'ACCEPTED'],
  ['REJECTD', 'REJECTED'],
  ['DND_REJECTED', 'REJECTED'],
  ['NACK', 'REJECTED'],
  // Kannel takes these for "buffered".
  ['ACKED', 'ENROUTE'],
  ['BUFFRED', 'ENROUTE'],
  ['BUFFERD', 'ENROUTE'],
  ['BUFFERED', 'ENROUTE'],
  // The name of 3.3.
  ['INVALID', 'UNKNOWN'],
];

const stateByWord: ReadonlyMap<string, MessageState> = new Map([
  ...messageStates.map((state) => [state, state] as const),
  ...otherWords,
]);

/** The state of a message_state value; undefined for reserved ones. */
export function messageState(value: number): MessageState | undefined {
  return messageStates[value];
}

/** The message_state value of a state. */
export function messageStateValue(state: MessageState): number {
  return messageStates.indexOf(state);
}

/** The word of a receipt for a state, 7 letters. */
export function stateWord(state: MessageState): string {
  return words[state];
}

/** The longest word is 13 letters; no more of a peer's word is looked at. */
const MAX_WORD = 16;

/** The state that a receipt's word means, in any case. A word that nobody knows is UNKNOWN, '' is undefined. */
export function stateOfWord(word: string): MessageState | undefined {
  if (word === '') return undefined;
  const known = stateByWord.get(word);
  if (known !== undefined || word.length > MAX_WORD) return known ?? 'UNKNOWN';
  return stateByWord.get(word.toUpperCase()) ?? 'UNKNOWN';
}

/** Whether a receipt's word is one that peers use for a state, in any case. */
export function isStateWord(word: string): boolean {
  return word.length <= MAX_WORD && stateByWord.has(word.toUpperCase());
}

/** How a peer means the two states on which the field disagrees. */
export interface FinalStateOptions {
  /** Whether ACCEPTED is the last word. SMPP 5.0 4.7.15 says so; Kannel and Jasmin wait on, and so does the default: false. */
  readonly acceptedIsFinal?: boolean | undefined;
  /** Whether UNKNOWN is the last word. Default true. */
  readonly unknownIsFinal?: boolean | undefined;
}

/** Whether nothing more is to be heard of a message in this state. */
export function isFinalState(state: MessageState, options: FinalStateOptions = {}): boolean {
  switch (state) {
    case 'SCHEDULED':
    case 'ENROUTE':
      return false;
    case 'ACCEPTED':
      return options.acceptedIsFinal ?? false;
    case 'UNKNOWN':
      return options.unknownIsFinal ?? true;
    default:
      return true;
  }
}

/** The state as a peer of an earlier version knows it; `interfaceVersion` is 0x33, 0x34 or 0x50. */
export function stateForVersion(state: MessageState, interfaceVersion: number): MessageState {
  if (interfaceVersion >= 0x50) return state;
  if (state === 'SCHEDULED') return 'ENROUTE';
  const known = state === 'SKIPPED' ? 'REJECTED' : state;
  return known === 'REJECTED' && interfaceVersion < 0x34 ? 'UNDELIVERABLE' : known;
}
