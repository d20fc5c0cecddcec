/** `chappe route`: which way messages go, and why. */
import { printable, type TlvInput } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { RouteValues } from '../settings/entries.ts';
import { columns } from '../terminal.ts';
import { type Column, cell, column, listOf, objectOf, printList, type Shown, tableLines } from './show.ts';
import { tlvOctets } from './tlv-octets.ts';
import { ask, plain, runVerb, type Verbs } from './verbs.ts';

type RouteRun = Run<RouteValues>;

const actionKeys = ['via', 'reject', 'drop', 'hold', 'deliver', 'do'];

/** What a rule looks at and what it does, in the words of the file. */
function partOf(settings: unknown, isAction: boolean): Shown {
  const kept = Object.entries(objectOf(settings)).filter(
    ([name]) => name !== 'name' && actionKeys.includes(name) === isAction,
  );
  return Object.fromEntries(kept);
}

const wayAndRest: readonly Column[] = [
  ['way', ({ settings }) => partOf(settings, true)],
  ['rest', ({ settings }) => partOf(settings, false)],
];

const shown: readonly Column[] = [
  column('route', 'name'),
  column('origin'),
  column('hits'),
  ['state', ({ disabled }) => (disabled === true ? 'disabled' : 'on')],
  ...wayAndRest,
];

const moColumns: readonly Column[] = [column('rule', 'name'), column('origin'), ...wayAndRest];

async function list(run: RouteRun): Promise<ExitCode> {
  const { values, terminal } = run;
  if (values.mo) {
    const rules = listOf(await ask(run, { path: '/api/v1/mo-routes' }), 'moRoutes');
    printList(run, rules, moColumns, 'there are no rules for messages from handsets');
    return exitCodes.ok;
  }
  const answer = await ask(run, { path: '/api/v1/routes' });
  printList(run, listOf(answer, 'routes'), shown, 'there are no routes');
  const { unrouted } = objectOf(answer);
  if (typeof unrouted === 'number' && !values.quiet)
    terminal.talk(`${unrouted} messages were refused because no route took them`);
  return exitCodes.ok;
}

function tlvJson(input: TlvInput): object {
  const { tag, value } = tlvOctets(input);
  return { tag, hex: Buffer.from(value).toString('hex') };
}

async function answerOf(run: RouteRun): Promise<Shown> {
  const { values, terminal } = run;
  if (values.config !== undefined) {
    const { readConfig, tryRoutes } = await import('./route-file.ts');
    const { settings } = await readConfig(values.config, terminal.env, terminal.talk);
    if (values.account !== '' && !settings.accounts.some(({ systemId }) => systemId === values.account)) {
      const known = settings.accounts.map(({ systemId }) => systemId).join(', ');
      throw usage(
        `${values.config} has no account ${JSON.stringify(values.account)}`,
        `it has: ${known || 'none'}`,
      );
    }
    return objectOf(await tryRoutes(settings, values, Date.now()));
  }
  const { account, from, to, text, coding, tags, tlvs, atMs } = values;
  if (account === '') throw usage('--account is missing', 'the server has to know whose message it is');
  const body = {
    account,
    ...(from === '' ? {} : { from }),
    to,
    ...(text === undefined ? {} : { text }),
    ...(coding === undefined ? {} : { coding }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(tlvs.length === 0 ? {} : { tlvs: tlvs.map(tlvJson) }),
    ...(atMs === undefined ? {} : { at: new Date(atMs).toISOString() }),
  };
  return objectOf(await ask(run, { method: 'POST', path: '/api/v1/routes/test', body }));
}

/** The rules up to the one that was chosen; those behind it only where more is wanted. */
function told(verdicts: readonly Shown[], isVerbose: boolean): readonly Shown[] {
  const chosen = verdicts.findIndex(({ outcome }) => outcome === 'chosen');
  return chosen < 0 || isVerbose ? verdicts : verdicts.slice(0, chosen + 1);
}

function printAnswer(answer: Shown, { values, terminal }: RouteRun): void {
  const rules = told(listOf(answer, 'rules'), values.verbose);
  const rows = rules.map(({ rule, outcome, words }) => [cell(rule), cell(outcome), cell(words)]);
  for (const line of columns(rows)) terminal.out(line);
  const { route, way, segments, coding, price, totalPrice, refusedBy } = answer;
  const size = `${cell(segments)} in ${cell(coding)}`;
  const where = typeof route === 'string' ? `${cell(route)}: ${cell(way)}` : cell(way);
  terminal.out(`=> ${where}  (segments ${size}, price ${cell(price)} each, ${cell(totalPrice)} in all)`);
  if (typeof refusedBy === 'string')
    terminal.out(`but the account's own rules refuse it: its ${cell(refusedBy)} is not permitted`);
}

async function test(run: RouteRun): Promise<ExitCode> {
  const { values, terminal } = run;
  if (values.to === '')
    throw usage('--to is missing', 'chappe route test --account acme --from ACME --to 447700900123');
  const answer = await answerOf(run);
  // Without any routes everything goes to the handsets.
  const isTaken = typeof answer.route === 'string' || answer.way === 'handsets';
  const isRouted = isTaken && typeof answer.refusedBy !== 'string';
  if (values.json) terminal.out(JSON.stringify(answer));
  else printAnswer(answer, run);
  return isRouted ? exitCodes.ok : exitCodes.assertion;
}

function choiceText(choice: unknown): string {
  const { route, way } = objectOf(choice);
  return route === undefined || route === null ? cell(way) : `${cell(route)} (${cell(way)})`;
}

const flowColumns: readonly Column[] = [
  column('messages'),
  column('segments'),
  ['now', ({ before }) => choiceText(before)],
  ['then', ({ after }) => choiceText(after)],
  ['price now', (row) => row.priceBefore],
  ['price then', (row) => row.priceAfter],
];

async function replay(run: RouteRun): Promise<ExitCode> {
  const { values, terminal } = run;
  const { config, sinceMs, untilMs, limit } = values;
  if (config === undefined) throw usage('--config is missing', 'chappe route replay --config new.yaml');
  const { routesOf } = await import('./route-yaml.ts');
  const body = {
    routes: await routesOf(config, terminal),
    ...(sinceMs === undefined ? {} : { from: new Date(sinceMs).toISOString() }),
    ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }),
    ...(limit === undefined ? {} : { limit }),
  };
  const answer = objectOf(await ask(run, { method: 'POST', path: '/api/v1/routes/replay', body }));
  if (values.json) {
    terminal.out(JSON.stringify(answer));
    return exitCodes.ok;
  }
  const { messages, changed, repriced, priceBefore, priceAfter, otherMessages, cut } = answer;
  terminal.out(
    `${cell(messages)} messages: ${cell(changed)} would go another way, ${cell(repriced)} would cost something else`,
  );
  terminal.out(`price ${cell(priceBefore)} now, ${cell(priceAfter)} then`);
  if (cut === true && !values.quiet)
    terminal.talk('there were more messages: --limit says how many are looked at, the newest first');
  const flows = listOf(answer, 'flows');
  if (flows.length > 0) for (const line of tableLines(flowColumns, flows, terminal)) terminal.out(line);
  if (typeof otherMessages === 'number' && otherMessages > 0)
    terminal.out(`and ${otherMessages} messages on other ways`);
  if (values.verbose) {
    for (const { account, from, to, before, after } of listOf(answer, 'examples')) {
      const path = `${cell(account)}  ${cell(from)} -> ${cell(to)}`;
      terminal.out(printable(`  ${path}  ${choiceText(before)} => ${choiceText(after)}`));
    }
  }
  return exitCodes.ok;
}

const verbs: Verbs<RouteValues> = { ls: plain(list), test: plain(test), replay: plain(replay) };

/** Runs it. */
export async function runRoute(run: RouteRun): Promise<ExitCode> {
  return await runVerb('route', verbs, run);
}
