/** An action as a package above the gateway would bring it: votes, one of each handset, counted on disk. */
import type { ControlStore } from '@chappe/center';
import { type MoActionForm, oneOrMany, required, scalar, section } from '@chappe/config';
import type { MoActionHandler } from '@chappe/gateway';
import type { MoActionKind } from '@chappe/policy';

type VoteAction = { readonly kind: 'vote'; readonly poll: string; readonly choices: readonly string[] };

const word = (text: string): string => {
  if (/^\w+$/.test(text)) return text;
  throw new TypeError('expected one word');
};

const voteKind: MoActionKind<VoteAction> = {
  kind: 'vote',
  leads: true,
  check: ({ choices }, flaws) => {
    const seen = new Set<string>();
    choices.forEach((choice, at) => {
      if (seen.has(choice.toLowerCase())) flaws.error(`choices.${at}`, `"${choice}" is there twice`);
      seen.add(choice.toLowerCase());
    });
  },
};

/** How it is written. */
export const voteForm: MoActionForm<VoteAction> = {
  ...voteKind,
  by: {
    name: 'vote',
    about: 'counted as a vote',
    value: () =>
      section({
        poll: required(scalar(word), 'the poll'),
        choices: required(oneOrMany(scalar(word)), 'first words that count'),
      }).transform(({ poll, choices }) => ({ kind: 'vote', poll, choices })),
  },
  past: 'counted',
  written: ({ poll, choices }) => ({ vote: { poll, choices } }),
};

/** What it does. A handset's vote is one entry, so that the same message twice is one vote. */
export function votes(control: ControlStore): MoActionHandler<VoteAction> {
  return {
    ...voteKind,
    prepare: ({ poll, choices }) => ({
      run: async (_context, { messages: [{ text = '', source }] }) => {
        const first = /^\w*/.exec(text)?.[0].toLowerCase();
        const choice = choices.find((one) => one.toLowerCase() === first);
        if (choice === undefined) return { kind: 'unclaimed' };
        try {
          await control.write([{ kind: 'vote', key: `${poll} ${source.digits}`, value: choice }]);
        } catch (error) {
          return { kind: 'retry', error: error as Error };
        }
        return { kind: 'done', detail: `vote=${choice}` };
      },
    }),
  };
}

/** Votes by choice. */
export async function tallyOf(control: ControlStore, poll: string): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  for (const { value } of await control.list('vote', { prefix: `${poll} ` }))
    tally[value] = (tally[value] ?? 0) + 1;
  return tally;
}
