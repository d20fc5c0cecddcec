/**
 * Which upstream the pieces of one text go by: operators write references and senders anew, so no handset can join what
 * has come by two of them. The first piece that leaves decides; the others follow it as long as its upstream is well.
 */
import type { Message } from '@chappe/center';
import { FairMap } from '@chappe/policy';
import { readGroupOf } from '../message/content.ts';
import { firstPieceOf } from '../message/groups.ts';
import { ownPartOfStored, wholeKeyOf } from '../message/own-part.ts';

// Of each some 200 octets. Those that have left a minute ago are over; references of one octet come again after 256.
const maxWays = 20_000;

/** The texts under way. One for all plans: the pieces of a text may have come by several routes. */
export class Ways {
  readonly #targets: FairMap<string> = new FairMap(maxWays);

  /** The connector that the pieces of a text go by; undefined: none has left, or it is forgotten. `text`: see `textOf`. */
  targetOf({ account }: Message, text: string): string | undefined {
    return this.#targets.get(account, text);
  }

  /** A piece goes by that connector. */
  note(message: Message, target: string, text: string | undefined = textOf(message)): void {
    if (text !== undefined) this.#targets.set(message.account, text, target);
  }
}

/** The text that a message is a piece of, cut here or by its customer; undefined: it is whole. */
export function textOf(message: Message): string | undefined {
  const group = readGroupOf(message.content);
  if (group?.kind === 'segments') return group.count > 1 ? `${firstPieceOf(message)}` : undefined;
  const part = ownPartOfStored(message);
  if (part === undefined) return undefined;
  const { account, source, destination } = message;
  return wholeKeyOf(account, source.digits, destination.digits, part);
}
