/** `chappe check`: all that is wrong with a configuration, at once; else what was understood of it. Or with a data folder. */
import { type Config, configSchema, type Flaw, flawText } from '@chappe/config';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { ConfigFile, refusalOf } from '../serve/config-file.ts';
import { actionForms } from '../serve/mo-actions.ts';
import { summaryJson, summaryLines } from '../serve/summary.ts';
import type { CheckValues } from '../settings/check.ts';
import { checkDataFolder } from './check-data.ts';

// Nobody binds with what is read here: hashing all passwords would take seconds for nothing.
const noHash = 'scrypt$1024$8$1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA';

/** Checks. The exit code is 2 when there is anything wrong. */
export async function runCheck(run: Run<CheckValues>): Promise<ExitCode> {
  const { values, terminal } = run;
  if (values.data !== undefined) return checkDataFolder(values.data, run);
  if (values.schema) {
    terminal.out(JSON.stringify(configSchema(actionForms), undefined, values.json ? undefined : 2));
    return exitCodes.ok;
  }
  const loaded = await new ConfigFile(values.config, terminal.env, async () => noHash).load();
  const refusal = loaded.ok ? refusalOf(loaded.config) : undefined;
  const flaws: readonly Flaw[] = loaded.ok
    ? refusal === undefined
      ? []
      : [{ ...refusal, path: [] }]
    : loaded.flaws;
  const more = loaded.ok ? [...loaded.advice, ...withoutAccounts(loaded.config)] : [];
  const warnings = [...loaded.warnings, ...more];
  const isOk = flaws.length === 0;
  if (values.json) {
    const summary = loaded.ok ? summaryJson(loaded.config) : undefined;
    terminal.out(JSON.stringify({ ok: isOk, flaws, warnings, config: summary }));
    return isOk ? exitCodes.ok : exitCodes.usage;
  }
  for (const flaw of flaws) terminal.talk(flawText(flaw));
  for (const warning of values.quiet ? [] : warnings) terminal.talk(`warning: ${flawText(warning)}`);
  if (isOk && loaded.ok && !values.quiet) for (const line of summaryLines(loaded.config)) terminal.out(line);
  if (!isOk)
    terminal.talk(
      `${values.config}: ${flaws.length === 1 ? 'one thing is' : `${flaws.length} things are`} wrong`,
    );
  return isOk ? exitCodes.ok : exitCodes.usage;
}

/** They may be in the store, which is not looked at here. */
function withoutAccounts({ server, settings }: Config): Flaw[] {
  if (settings.accounts.length > 0 || server.smpp.listen.length === 0) return [];
  const message = 'there are no accounts: unless there are stored ones, serve will not start';
  return [
    { message, hint: 'add accounts, or close the listeners with smpp: {listen: off}', path: ['accounts'] },
  ];
}
