/** Routes of a configuration file, without a server: which one a message would take, and why. */
import { readFileSync } from 'node:fs';
import { MemoryStore } from '@chappe/center';
import { type Config, flawText, loadConfig, PasswordHashes } from '@chappe/config';
import { Gateway, type RouteAnswer, testRoutes } from '@chappe/gateway';
import { formatAmount, GatewayError, type GatewaySettings } from '@chappe/policy';
import { usage } from '../failure.ts';
import { actionForms, actionHandlers } from '../serve/mo-actions.ts';
import type { RouteQuestion } from '../settings/entries.ts';
import { tlvOctets } from './tlv-octets.ts';

// Nobody binds with what is read here: hashing all passwords would take seconds for nothing.
const noHash = 'scrypt$1024$8$1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA';

/** Reads a configuration. Throws a `Failure` when it cannot be used, after all that is wrong with it was told. */
export async function readConfig(
  path: string,
  env: NodeJS.ProcessEnv,
  talk: (text: string) => void,
): Promise<Config> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usage(`--config: cannot read ${path}: ${(error as Error).message}`);
  }
  const loaded = await loadConfig({
    text,
    path,
    env,
    readFile: (name) => readFileSync(name, 'utf8'),
    actions: actionForms,
    hashes: new PasswordHashes(async () => noHash),
  });
  if (loaded.ok) return loaded.config;
  for (const flaw of loaded.flaws) talk(flawText(flaw));
  throw usage(`${path} cannot be used: mend what is named above (${loaded.flaws.length})`);
}

/** The same settings with nobody let in and nothing connected: only the rules are left. */
function atRest({ accounts, connectors, ...rest }: GatewaySettings): GatewaySettings {
  return {
    ...rest,
    accounts: accounts.map((account) => ({ ...account, suspended: true })),
    connectors: connectors.map(({ outbind: _, ...connector }) => ({ ...connector, paused: true })),
  };
}

async function startAtRest(settings: GatewaySettings): Promise<Gateway> {
  try {
    return await Gateway.start({
      store: new MemoryStore(),
      settings: atRest(settings),
      actions: actionHandlers,
      // It cannot be without a listener: one that nobody knows of, and that lets nobody in.
      smpp: { host: '127.0.0.1', port: 0 },
      accounts: { open: false, list: [] },
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usage(error.message);
  }
}

/** The answer as the API writes it. */
function written({ route, price, totalPrice, ...answer }: RouteAnswer): object {
  return {
    route: route ?? null,
    ...answer,
    refusedBy: answer.refusedBy ?? null,
    price: formatAmount(price),
    totalPrice: formatAmount(totalPrice),
  };
}

/**
 * What the routes make of a message, asked of the very gateway that would run them: it decides as the real one does.
 * Throws a `Failure` for a text that cannot be sent.
 */
export async function tryRoutes(
  settings: GatewaySettings,
  question: RouteQuestion,
  nowMs: number,
): Promise<object> {
  const gateway = await startAtRest(settings);
  try {
    const { account, from, to, text, coding, tags, tlvs, atMs } = question;
    const answer = testRoutes(gateway, {
      account,
      from,
      to,
      text,
      coding,
      tags: tags.length === 0 ? undefined : tags,
      tlvs: tlvs.map(tlvOctets),
      nowMs: atMs ?? nowMs,
    });
    return written(answer);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw usage(error.message);
  } finally {
    await gateway.stop({ drainMs: 0 });
  }
}
