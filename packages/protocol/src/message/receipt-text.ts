import { type MessageState, stateWord } from './message-state.ts';
import { formatReceiptDate, type ReceiptDateFormat } from './receipt-date.ts';

/** The fields of a receipt's text (SMPP 3.4 appendix B) as they stand there; undefined where one is absent. */
export interface ReceiptText {
  readonly id: string | undefined;
  readonly sub: string | undefined;
  readonly dlvrd: string | undefined;
  readonly submit_date: string | undefined;
  readonly done_date: string | undefined;
  readonly stat: string | undefined;
  readonly err: string | undefined;
  /** All that follows its label and the white space after that. */
  readonly text: string | undefined;
}

type Field = keyof ReceiptText;
type Draft = { -readonly [F in Field]: string | undefined };

/** In lower case. `submit date` and `done date` are two words: see `labelAt`. */
const fieldByLabel: ReadonlyMap<string, Field> = new Map([
  ['id', 'id'],
  ['msgid', 'id'],
  ['messageid', 'id'],
  ['message_id', 'id'],
  ['sub', 'sub'],
  ['dlvrd', 'dlvrd'],
  ['submitdate', 'submit_date'],
  ['submit_date', 'submit_date'],
  ['donedate', 'done_date'],
  ['done_date', 'done_date'],
  ['stat', 'stat'],
  ['err', 'err'],
  ['text', 'text'],
]);
const MAX_LABEL = 11;

const COLON = 0x3a;
const SPACE = 0x20;

interface Label {
  readonly field: Field;
  /** Where its value may start. */
  readonly end: number;
}

/** White space, and all control characters: a NUL at the end is common. */
function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= SPACE) at += 1;
  return at;
}

function skipWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) > SPACE) at += 1;
  return at;
}

/** The word that starts at `from`, up to a colon or a blank; longer ones than any label are cut. */
function wordEnd(text: string, from: number): number {
  const last = Math.min(text.length, from + MAX_LABEL + 1);
  let at = from;
  while (at < last && text.charCodeAt(at) > SPACE && text.charCodeAt(at) !== COLON) at += 1;
  return at;
}

/** `submit` and `done` are half a label: the other half is the next word. */
function twoWordLabel(text: string, word: string, from: number): Label | undefined {
  const field = word === 'submit' ? 'submit_date' : word === 'done' ? 'done_date' : undefined;
  if (field === undefined) return undefined;
  const start = skipBlanks(text, from);
  const end = wordEnd(text, start);
  if (text.charCodeAt(end) !== COLON || text.slice(start, end).toLowerCase() !== 'date') return undefined;
  return { field, end: end + 1 };
}

function labelAt(text: string, from: number): Label | undefined {
  const end = wordEnd(text, from);
  const length = end - from;
  if (length === 0 || length > MAX_LABEL) return undefined;
  const word = text.slice(from, end);
  if (text.charCodeAt(end) !== COLON) {
    const half = length === 'submit'.length || length === 'done'.length;
    return half ? twoWordLabel(text, word.toLowerCase(), end) : undefined;
  }
  const field = fieldByLabel.get(word) ?? fieldByLabel.get(word.toLowerCase());
  return field && { field, end: end + 1 };
}

/**
 * Reads the text of a receipt: labels in any case and order, each optional, unknown ones skipped; the first of a kind
 * counts; `text:` takes all the rest. A label stands at the start or after white space. Never throws, takes time in
 * proportion to the length: each character is looked at a few times, whatever the text.
 */
export function parseReceiptText(text: string): ReceiptText {
  const found: Draft = {
    id: undefined,
    sub: undefined,
    dlvrd: undefined,
    submit_date: undefined,
    done_date: undefined,
    stat: undefined,
    err: undefined,
    text: undefined,
  };
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const label = labelAt(text, at);
    if (label === undefined) {
      at = skipBlanks(text, skipWord(text, at));
      continue;
    }
    if (label.field === 'text') {
      found.text = text.slice(skipBlanks(text, label.end));
      break;
    }
    const start = skipBlanks(text, label.end);
    // "err: text:x": the value is missing, the next label is not it.
    const end = labelAt(text, start) === undefined ? skipWord(text, start) : start;
    if (!found[label.field]) found[label.field] = text.slice(start, end);
    at = skipBlanks(text, end);
  }
  return found;
}

/** What `formatReceiptText` writes. */
export interface ReceiptTextInput {
  /** Exactly as it was in the response to the submitter. */
  readonly id: string;
  readonly state: MessageState;
  /** Messages submitted, 0-999. Default 1. */
  readonly sub?: number | undefined;
  /** Messages delivered, 0-999. Default 1 for DELIVERED, else 0. */
  readonly dlvrd?: number | undefined;
  readonly submitDate?: Date | undefined;
  readonly doneDate?: Date | undefined;
  /** A number is written with three digits at least. Default 0. */
  readonly err?: number | string | undefined;
  /** The text of the original message, of which the first 20 characters are sent. Default ''. */
  readonly text?: string | undefined;
}

/** How a peer wants the text of its receipts. */
export interface ReceiptTextFormat extends ReceiptDateFormat {
  /** Appendix B prints both. Default `text`. */
  readonly textLabel?: 'text' | 'Text' | undefined;
}

/** SMPP 3.4 appendix B. */
const MAX_TEXT_CHARACTERS = 20;

const threeDigits = (value: number): string =>
  value === 0 ? '000' : value === 1 ? '001' : String(value).padStart(3, '0');

/** The first characters: surrogate pairs stay whole. */
function excerpt(text: string): string {
  let end = 0;
  for (let count = 0; count < MAX_TEXT_CHARACTERS && end < text.length; count++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** Writes the text of a receipt in the standard form of SMPP 3.4 appendix B. */
export function formatReceiptText(receipt: ReceiptTextInput, format: ReceiptTextFormat = {}): string {
  const { id, state, err = 0, text = '' } = receipt;
  const dlvrd = receipt.dlvrd ?? (state === 'DELIVERED' ? 1 : 0);
  const submitted = formatReceiptDate(receipt.submitDate, format);
  const done = formatReceiptDate(receipt.doneDate, format);
  const code = typeof err === 'number' ? threeDigits(err) : err;
  return (
    `id:${id} sub:${threeDigits(receipt.sub ?? 1)} dlvrd:${threeDigits(dlvrd)} submit date:${submitted} ` +
    `done date:${done} stat:${stateWord(state)} err:${code} ${format.textLabel ?? 'text'}:${excerpt(text)}`
  );
}
