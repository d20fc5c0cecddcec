/**
 * What a day file looks like. `msg` holds messages, for good; `note` holds receipts and notices until they have been
 * delivered: apart, so that the pages of the log stay dense and the notes' pages are used again.
 */
import type { Place } from '@chappe/center';
import { addressSql } from './addresses.ts';

/** PRAGMA user_version of the files this version writes. */
export const schemaVersion = 5;
/** PRAGMA application_id: "CHPP". */
export const applicationId = 0x43485050;
/** The first SQLite whose WAL mode is sound: 3.7.0 to 3.51.2 may damage a file that two connections write. */
export const leastSqliteVersion = '3.51.3';

/** The code of each place. `place <= 1` is what the expiry index covers. */
export const placeCodes: Readonly<Record<Place, number>> = { waiting: 0, sent: 1, memory: 2, done: 3 };

/** The columns, in the order in which rows travel between the threads. */
export const columns: readonly string[] = [
  'id',
  'tag',
  'head',
  'short',
  'flags',
  'account',
  'lane',
  'source',
  'destination',
  'numbering',
  'service',
  'prio',
  'due',
  'exp',
  'accepted',
  'place',
  'state',
  'attempts',
  'error',
  'done',
  'about',
  'connector',
  'reference',
  'client',
  'content',
  'text',
  'timeline',
  'price',
  'charged',
  'memo',
  'body',
  'answered',
  'sent',
  'operror',
  'origin',
];

/** Those that say something of every message from its beginning on; of most the others are empty then. */
export const freshColumns: readonly string[] = columns.slice(0, columns.indexOf('answered'));

const table = `(
  id INTEGER PRIMARY KEY,
  tag INTEGER NOT NULL,
  head INTEGER,
  short INTEGER,
  flags INTEGER NOT NULL,
  account TEXT NOT NULL,
  lane TEXT NOT NULL,
  source TEXT NOT NULL,
  destination TEXT NOT NULL,
  numbering INTEGER NOT NULL,
  service TEXT,
  prio INTEGER NOT NULL,
  due INTEGER NOT NULL,
  exp INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  place INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  error INTEGER NOT NULL,
  done INTEGER,
  about INTEGER,
  connector TEXT,
  reference TEXT,
  client TEXT,
  content BLOB NOT NULL,
  text TEXT,
  timeline TEXT,
  price INTEGER NOT NULL DEFAULT 0,
  charged INTEGER NOT NULL DEFAULT 0,
  memo TEXT,
  body INTEGER,
  answered TEXT,
  sent INTEGER,
  operror TEXT,
  origin TEXT
)`;

/** `sent` of a row that was written before version 4: its timeline has what the newer columns say (old-rows.ts). */
export const toldInTimeline = -1;

/** Contents and texts that several messages of one call have in common, by the id of the first; `body` names it. */
const bodySql = 'CREATE TABLE shared(id INTEGER PRIMARY KEY, content BLOB NOT NULL, text TEXT);';

/** 1 while a file holds a row that is not over, else 0. By partial indexes: it costs nothing. */
export const unfinishedSql: string = `SELECT EXISTS(SELECT 1 FROM msg WHERE place <= 1)
  OR EXISTS(SELECT 1 FROM msg WHERE place = 2) OR EXISTS(SELECT 1 FROM note) AS found`;

/** When a row that waits or is at an upstream is to be looked at: its end, or before that when its receipt is late. */
export const endSql = 'CASE place WHEN 1 THEN min(exp, due) ELSE exp END';

/** `charged` of a row: not over yet, or free of charge. */
export const chargeOpen = 0;
/** `charged` of a row: it was. */
export const chargeSettled = 1;
/** `charged` of a row: it was not. */
export const chargeReleased = 2;

/** A row's part of its account's money, taken from or added to the tally: triggers make it one transaction with the row. */
function tallying(row: 'OLD' | 'NEW', sign: '+' | '-'): string {
  const part = (charge: number): string => `CASE ${row}.charged WHEN ${charge} THEN ${row}.price ELSE 0 END`;
  return `INSERT INTO tally VALUES(${row}.account, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
    UPDATE tally SET messages = messages ${sign} 1, accepted = accepted ${sign} ${row}.price,
      reserved = reserved ${sign} ${part(chargeOpen)}, settled = settled ${sign} ${part(chargeSettled)},
      released = released ${sign} ${part(chargeReleased)} WHERE account = ${row}.account;`;
}

/** Money beside the messages. A repeated change adds nothing: what the row was is taken away before what it is is added. */
const tallySql = `
CREATE TABLE tally(
  account TEXT PRIMARY KEY,
  messages INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  settled INTEGER NOT NULL,
  released INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER msg_priced AFTER INSERT ON msg WHEN NEW.price > 0 BEGIN ${tallying('NEW', '+')} END;
CREATE TRIGGER msg_charged AFTER UPDATE OF charged ON msg WHEN NEW.price > 0 BEGIN
  ${tallying('OLD', '-')} ${tallying('NEW', '+')} END;
CREATE TRIGGER msg_gone AFTER DELETE ON msg WHEN OLD.price > 0 BEGIN ${tallying('OLD', '-')} END;
`;

/** The sums of a day file. */
export const talliesSql = 'SELECT account, messages, accepted, reserved, settled, released FROM tally';

/** The same, added up from the messages. */
export const recountSql: string = `SELECT account, count(*), sum(price), sum(CASE charged WHEN ${chargeOpen} THEN price ELSE 0 END),
  sum(CASE charged WHEN ${chargeSettled} THEN price ELSE 0 END),
  sum(CASE charged WHEN ${chargeReleased} THEN price ELSE 0 END) FROM msg WHERE price > 0 GROUP BY account`;

/** The text of a row of `msg`, wherever it stands. */
export const textSql = 'coalesce(text, (SELECT shared.text FROM shared WHERE shared.id = body))';

/** From version 1: the money and the memo of messages, and the end of waiting for a receipt. */
const upgradeFrom1 = `
${['msg', 'note']
  .map(
    (name) => `ALTER TABLE ${name} ADD COLUMN price INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ${name} ADD COLUMN charged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ${name} ADD COLUMN memo TEXT;
UPDATE ${name} SET due = exp WHERE place = 1;
DROP INDEX ${name}_expiry;
CREATE INDEX ${name}_expiry ON ${name}(${endSql}) WHERE place <= 1;`,
  )
  .join('\n')}
${tallySql}
`;
/** From version 2: contents in common. */
const upgradeFrom2 = `
ALTER TABLE msg ADD COLUMN body INTEGER;
ALTER TABLE note ADD COLUMN body INTEGER;
${bodySql}
`;
/** From version 3: what was told in timelines only. The rows are not touched, as there may be millions. */
const upgradeFrom3 = `
${['msg', 'note']
  .map(
    (name) => `ALTER TABLE ${name} ADD COLUMN answered TEXT;
ALTER TABLE ${name} ADD COLUMN sent INTEGER DEFAULT ${toldInTimeline};
ALTER TABLE ${name} ADD COLUMN operror TEXT;
ALTER TABLE ${name} ADD COLUMN origin TEXT;`,
  )
  .join('\n')}
PRAGMA user_version = 4;
`;

/**
 * What brings a file of that version to version 4, undefined: nothing is to be done. To version 5 none is brought: it would have
 * to be read whole, and differs in indexes only.
 */
export function upgradeSql(version: number): string | undefined {
  if (version === 1) return upgradeFrom1 + upgradeFrom2 + upgradeFrom3;
  if (version === 2) return upgradeFrom2 + upgradeFrom3;
  return version === 3 ? upgradeFrom3 : undefined;
}

/** Creates everything in an empty file. The rowid ends every index entry, so (account) is (account, id). */
export const schemaSql: string = `
CREATE TABLE msg ${table};
CREATE TABLE note ${table};
${bodySql}
CREATE INDEX msg_queue ON msg(lane, account, prio, due) WHERE place = 0;
CREATE INDEX note_queue ON note(lane, account, prio, due) WHERE place = 0;
CREATE INDEX msg_expiry ON msg(${endSql}) WHERE place <= 1;
CREATE INDEX note_expiry ON note(${endSql}) WHERE place <= 1;
CREATE INDEX msg_memory ON msg(destination) WHERE place = 2;
CREATE INDEX msg_waiting ON msg(destination) WHERE place = 0;
CREATE INDEX msg_account ON msg(account);
CREATE INDEX msg_reference ON msg(connector, reference) WHERE place = 1;
CREATE INDEX msg_short ON msg(short) WHERE short IS NOT NULL;
${addressSql}${tallySql}PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};
`;

/** True when `version` (three numbers) is at least `least`. */
export function isVersionAtLeast(version: string, least: string): boolean {
  const have = version.split('.').map(Number);
  const want = least.split('.').map(Number);
  for (let at = 0; at < want.length; at += 1) {
    const difference = (have[at] ?? 0) - (want[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
