/** Accounts that were suspended at run time, or let in although their settings suspend them: durable. */
import type { ControlChange, ControlStore } from '@chappe/center';
import type { AccountSettings, Accounts } from '@chappe/policy';

const kind = 'suspension';

/** What is stored: it holds as long as the settings say what they said when it was made. */
interface Suspension {
  readonly suspended: boolean;
  readonly settings: boolean;
}

/** Suspends the accounts that were suspended before the process ended; forgets what holds no more. */
export async function restoreSuspensions(control: ControlStore, accounts: Accounts): Promise<void> {
  if (accounts.open) return;
  const stale: string[] = [];
  for (const { key, value } of await control.list(kind)) {
    const account = accounts.get(key);
    const { suspended, settings } = JSON.parse(value) as Suspension;
    if (account !== undefined && (account.settings.suspended ?? false) === settings)
      accounts.suspend(key, suspended);
    else stale.push(key);
  }
  await control.write(stale.map((key) => ({ kind, key, value: undefined })));
}

/** Writes down that an account is suspended, or not; durable when it settles. */
export async function writeSuspension(
  control: ControlStore,
  name: string,
  suspended: boolean,
  bySettings: boolean,
): Promise<void> {
  const suspension: Suspension = { suspended, settings: bySettings };
  const value = suspended === bySettings ? undefined : JSON.stringify(suspension);
  await control.write([{ kind, key: name, value }]);
}

/** What is to be forgotten when a list of accounts comes: suspensions of those that are gone, or that say otherwise now. */
export function endedSuspensions(
  accounts: Accounts,
  list: readonly AccountSettings[],
): readonly ControlChange[] {
  if (accounts.open) return [];
  const next = new Map(list.map((settings) => [settings.systemId, settings]));
  return accounts.names().flatMap((name) => {
    const account = accounts.get(name);
    if (account === undefined || account.suspended === (account.settings.suspended ?? false)) return [];
    const settings = next.get(name);
    const isSame = settings !== undefined && settings.suspended === account.settings.suspended;
    return isSame ? [] : [{ kind, key: name, value: undefined }];
  });
}
