/** What messages take in memory, about: budgets are kept by it, so it must not be less than the truth for long ones. */
import type { Draft, Message } from './message.ts';

/** The object, its ids, addresses and first lines of its timeline; measured with short texts. */
const MESSAGE_OCTETS = 768;
/** A character of a text that is not Latin has two octets. */
const TEXT_OCTETS = 2;

type Sized = Pick<Message, 'content'> & { readonly text?: string | undefined };

function bodyOctets({ content, text }: Sized): number {
  return content.length + (text === undefined ? 0 : TEXT_OCTETS * text.length);
}

/** Octets of one message. */
export function octetsOf(message: Sized): number {
  return MESSAGE_OCTETS + bodyOctets(message);
}

/** Octets of the drafts of one call: what several of them have in common is there once. */
export function octetsOfCall(drafts: readonly Draft[]): number {
  const [first] = drafts;
  if (first !== undefined && drafts.length === 1) return octetsOf(first);
  const contents = new Set<Uint8Array>();
  let octets = 0;
  for (const draft of drafts) {
    octets += contents.has(draft.content) ? MESSAGE_OCTETS : octetsOf(draft);
    contents.add(draft.content);
  }
  return octets;
}
