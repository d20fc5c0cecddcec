/** The commands that look after a running gateway over its HTTP API. */
import { type AnyPlan, anyPlan, type CommandPlan } from './command.ts';
import {
  type AccountValues,
  accountSettings,
  type ConnectorValues,
  connectorSettings,
  type RouteValues,
  routeSettings,
} from './settings/entries.ts';
import {
  type AuditValues,
  auditSettings,
  type HeldValues,
  heldSettings,
  type LedgerValues,
  ledgerSettings,
  type OptOutValues,
  optOutSettings,
  type ReceiptsValues,
  receiptsSettings,
  type SessionValues,
  sessionSettings,
  type TopValues,
  topSettings,
} from './settings/operation.ts';

const words = '[verb] [words...]';

const accountPlan: CommandPlan<AccountValues> = {
  name: 'account',
  words,
  about: 'customers: ls | show | add | set | rm | passwd | suspend | resume',
  settings: accountSettings,
  examples: [
    'chappe account add acme binds=4 throughput=200/s allowFrom=[203.0.113.0/24]',
    'chappe account add -f acme.yaml',
    'chappe account add acme --generate',
    'chappe account set acme quota.day=100000 tags=[gold]',
    'chappe account passwd acme < password.txt',
    'chappe account suspend acme',
  ],
  run: async (run) => (await import('./commands/account.ts')).runAccount(run),
};

const connectorPlan: CommandPlan<ConnectorValues> = {
  name: 'connector',
  words,
  about: 'operators: ls | show | test | start | stop | drain | pause | resume | add | set | rm',
  settings: connectorSettings,
  examples: [
    'chappe connector ls',
    'chappe connector test op-a --to 447700900123 --text Hello',
    'chappe connector drain op-a',
    'chappe connector add op-b host=smsc.op-b.example systemId=us password=- window=20',
  ],
  run: async (run) => (await import('./commands/connector.ts')).runConnector(run),
};

const routePlan: CommandPlan<RouteValues> = {
  name: 'route',
  words,
  about: 'routes: ls | test (which one a message takes, and why) | replay (what new ones would change)',
  settings: routeSettings,
  examples: [
    'chappe route test --account acme --from ACME --to 447700900123 --text "Your code is 1234"',
    'chappe route test --config chappe.yaml --to 33612345678',
    'chappe route replay --config new.yaml --since 24h',
  ],
  run: async (run) => (await import('./commands/route.ts')).runRoute(run),
};

const sessionPlan: CommandPlan<SessionValues> = {
  name: 'session',
  words,
  about: 'bound sessions: ls | unbind | tail (what goes on, as it happens) | trace (PDUs, as they pass)',
  settings: sessionSettings,
  examples: [
    'chappe session ls --account acme',
    'chappe session tail --kind message --account acme --json',
    'chappe session trace --connector op-a --verbose',
  ],
  run: async (run) => (await import('./commands/session.ts')).runSession(run),
};

const receiptsPlan: CommandPlan<ReceiptsValues> = {
  name: 'receipts',
  words,
  about: 'receipts that found no message: unmatched | rematch | rm',
  settings: receiptsSettings,
  examples: ['chappe receipts unmatched --connector op-a', 'chappe receipts rematch op-a --ids hex-dec'],
  run: async (run) => (await import('./commands/receipts.ts')).runReceipts(run),
};

const ledgerPlan: CommandPlan<LedgerValues> = {
  name: 'ledger',
  words,
  about: 'money of accounts: balance | credit | statement | check | records (of a day, for billing)',
  settings: ledgerSettings,
  examples: [
    'chappe ledger balance acme',
    'chappe ledger credit acme 100.00 --note "invoice 4711" --reference 4711',
    'chappe ledger credit --note correction -- acme -5.00',
    'chappe ledger check',
    'chappe ledger records --day 2026-11-29 > 2026-11-29.csv',
  ],
  run: async (run) => (await import('./commands/ledger.ts')).runLedger(run),
};

const heldPlan: CommandPlan<HeldValues> = {
  name: 'held',
  words,
  about: 'messages that a route holds back, or that nobody takes: ls | release',
  settings: heldSettings,
  examples: ['chappe held ls', "chappe held release --query 'account:acme'"],
  run: async (run) => (await import('./commands/held.ts')).runHeld(run),
};

const optOutPlan: CommandPlan<OptOutValues> = {
  name: 'opt-out',
  words,
  about: 'handsets that want no more messages: ls | add | rm',
  settings: optOutSettings,
  examples: ['chappe opt-out add 447700900123', 'chappe opt-out rm 447700900123 ACME'],
  run: async (run) => (await import('./commands/opt-out.ts')).runOptOut(run),
};

const auditPlan: CommandPlan<AuditValues> = {
  name: 'audit',
  about: 'who changed what, newest first: by API, commands and reload',
  settings: auditSettings,
  examples: ['chappe audit', 'chappe audit --by alice --after 2026-03-01', 'chappe audit --target acme'],
  run: async (run) => (await import('./commands/audit.ts')).runAudit(run),
};

const topPlan: CommandPlan<TopValues> = {
  name: 'top',
  words: '[words...]',
  about: 'upstreams and accounts at this moment, and why an upstream is not faster',
  settings: topSettings,
  examples: ['chappe top', 'chappe top --once'],
  run: async (run) => (await import('./commands/top.ts')).runTop(run),
};

/** In the order of help. */
export const gatewayPlans: readonly AnyPlan[] = [
  anyPlan(accountPlan),
  anyPlan(connectorPlan),
  anyPlan(routePlan),
  anyPlan(sessionPlan),
  anyPlan(receiptsPlan),
  anyPlan(ledgerPlan),
  anyPlan(heldPlan),
  anyPlan(optOutPlan),
  anyPlan(auditPlan),
  anyPlan(topPlan),
];
