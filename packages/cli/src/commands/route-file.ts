/** Routes of a configuration file, without a server: which one a message would take, and why. */
import { readFileSync } from 'node:fs';
import { type Config, flawText, loadConfig, PasswordHashes } from '@chappe/config';
import {
  type AccountSettings,
  Accounts,
  addressOf,
  type CompiledRoute,
  formatAmount,
  type MessageFacts,
  Router,
  type RouteSettings,
  type RuleVerdict,
  wayOf,
} from '@chappe/gateway';
import { countSegments, type TextCoding, type Tlv, type TlvInput, tlvs } from '@chappe/protocol';
import { usage } from '../failure.ts';
import type { RouteQuestion } from '../settings/entries.ts';

/** What becomes of a message, as the API says it too. */
export interface RouteAnswer {
  /** Null: no route takes it. */
  readonly route: string | null;
  /** `op-a 70, op-b 30; else op-c`, `rejected with 0x45`. */
  readonly way: string | null;
  /** Of one segment, as a decimal. */
  readonly price: string | null;
  readonly segments: number;
  readonly coding: string;
  readonly verdicts: readonly RuleVerdict[];
}

// Nobody binds with what is read here: hashing all passwords would take seconds for nothing.
const noHash = 'scrypt$1024$8$1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA';

/** Reads a configuration. Throws a `Failure` with all that is wrong with it. */
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
    hashes: new PasswordHashes(async () => noHash),
  });
  if (loaded.ok) return loaded.config;
  for (const flaw of loaded.flaws) talk(flawText(flaw));
  throw usage(`${path} cannot be used: ${loaded.flaws.length} things are wrong with it`);
}

/** TLVs as they would have been read from a PDU. */
function readTlvs(given: readonly TlvInput[]): Tlv[] {
  return given.map((tlv) => {
    const tag = tlv.name === undefined ? tlv.tag : (tlv.tag ?? tlvs[tlv.name].tag);
    return { ...tlv, tag } as Tlv;
  });
}

/** The coding and the segments of the text; without a text one of octets. */
function cutOf({ text, coding }: RouteQuestion): { readonly coding: string; readonly segments: number } {
  if (text === undefined) return { coding: coding ?? 'octet', segments: 1 };
  try {
    const count = countSegments(text, coding === undefined ? {} : { coding: coding as TextCoding });
    return { coding: count.coding, segments: count.segments };
  } catch (error) {
    throw usage(`--text: ${(error as Error).message}`);
  }
}

/** Addresses as the account's own rules make them; its tags. */
async function asked(
  settings: AccountSettings | undefined,
  question: RouteQuestion,
  segments: number,
  nowMs: number,
): Promise<Pick<MessageFacts, 'source' | 'destination' | 'tags' | 'priority'>> {
  const source = addressOf(question.from);
  const destination = addressOf(question.to);
  if (settings === undefined) return { source, destination, tags: question.tags, priority: 0 };
  const accounts = await Accounts.create({ open: false, list: [settings] });
  const policy = accounts.get(settings.systemId)?.policy;
  const admitted = policy?.admit(source, destination, segments, 0, nowMs);
  const tags = [...(policy?.tags ?? []), ...question.tags];
  if (admitted === undefined || admitted.refusal !== undefined) {
    throw usage(
      `account ${settings.systemId} may not send this: its rules refuse the ${admitted?.refusal ?? 'message'}`,
      'routes are not asked then: see senderIds, destinations and senderRules of the account',
    );
  }
  return { ...admitted, tags };
}

function priceOf(route: CompiledRoute, facts: MessageFacts): string {
  return formatAmount(route.settings.action.kind === 'reject' ? 0 : route.priceOf(facts.destination));
}

/** What the routes make of a message. Throws a `Failure` when its account refuses it. */
export async function tryRoutes(
  routes: readonly RouteSettings[],
  accounts: readonly AccountSettings[],
  question: RouteQuestion,
  nowMs: number,
): Promise<RouteAnswer> {
  const { coding, segments } = cutOf(question);
  const settings = accounts.find(({ systemId }) => systemId === question.account);
  const facts: MessageFacts = {
    kind: 'mt',
    account: question.account,
    connector: '',
    ...(await asked(settings, question, segments, nowMs)),
    text: question.text,
    coding,
    segments,
    tlvs: readTlvs(question.tlvs),
    nowMs: question.atMs ?? nowMs,
  };
  const router = new Router(routes);
  const route = router.peek(facts);
  return {
    route: route?.settings.name ?? null,
    way: route === undefined ? null : wayOf(route.settings.action),
    price: route === undefined ? null : priceOf(route, facts),
    segments,
    coding,
    verdicts: router.explain(facts),
  };
}
