/** What is hardly meant about the numbers of accounts: who gets what handsets write. */
import type { GatewaySettings, MoActions } from '@chappe/policy';
import type { Flaw } from './flaw.ts';

// More than anybody reads.
const maxShared = 20;

/** Warnings about `ownNumbers` and `mo` of accounts. */
export function ofNumbers(settings: Pick<GatewaySettings, 'accounts' | 'mo'>, actions: MoActions): Flaw[] {
  const served = new Set(settings.mo.flatMap(({ action }) => actions.accountsOf(action)));
  return [
    ...settings.accounts.flatMap(({ systemId, mo, ownNumbers = [] }, index): Flaw[] => {
      if (mo === undefined) return [];
      if (mo === 'none' && ownNumbers.length > 0)
        return [
          {
            message: 'what handsets write to these numbers goes to nobody: mo of the account is none',
            path: ['accounts', index, 'ownNumbers'],
          },
        ];
      if (mo === 'none' || ownNumbers.length > 0 || served.has(systemId)) return [];
      return [
        {
          message: `nothing that handsets write goes to "${systemId}": no number is its own, and no rule of mo leads to it`,
          hint: 'give it its numbers by ownNumbers; address_range of a bind only chooses among these',
          path: ['accounts', index, 'mo'],
        },
      ];
    }),
    ...shared(settings),
  ];
}

/** Numbers that two accounts have: meant for some short codes, a slip of the pen for all others. */
function shared({ accounts }: Pick<GatewaySettings, 'accounts'>): Flaw[] {
  const first = new Map<string, string>();
  const warnings: Flaw[] = [];
  for (const [index, { systemId, ownNumbers = [] }] of accounts.entries()) {
    for (const number of ownNumbers) {
      const other = first.get(number);
      if (other === undefined) first.set(number, systemId);
      else if (other !== systemId && warnings.length < maxShared)
        warnings.push({
          message: `${number} is given to "${other}" too: an answer goes to the one that last wrote to that handset`,
          path: ['accounts', index, 'ownNumbers'],
        });
    }
  }
  return warnings;
}
