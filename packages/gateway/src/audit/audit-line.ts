/** One line of the audit: what was changed by whom. Never values, and with them no secrets. */

/** How a change came. gateway: nobody asked for it. */
export type AuditVia = 'api' | 'cli' | 'reload' | 'start' | 'gateway';

/** What is written down. */
export interface AuditEntry {
  /** Name of the key; of what came without one: `anybody`, `nobody` (a wrong key), `reload`, `start`. */
  readonly by: string;
  readonly via: AuditVia;
  /** Of the caller; '' for what came by no connection. */
  readonly address: string;
  /** `putAccount`, `suspendAccount`: the operation of the API, or what a reload did to an entry. */
  readonly what: string;
  /** The name of what was changed: of an account, a connector, a message. */
  readonly target: string;
  /** Names of the fields that changed. */
  readonly fields: readonly string[];
  /** How often it happened, where several are told in one line. */
  readonly count?: number | undefined;
}

/** A line that was written. */
export interface AuditLine extends AuditEntry {
  /** Its time and place: `2026-03-01T12:00:00.000Z-0000`. */
  readonly at: string;
}

const vias: readonly AuditVia[] = ['api', 'cli', 'reload', 'start', 'gateway'];
// What a name, an address or an id may have; whatever is longer tells nothing more.
const maxCharacters = 200;
const maxFields = 50;

/** The value that stores a line. */
export function valueOfLine({ by, via, address, what, target, fields, count }: AuditEntry): string {
  return JSON.stringify({
    by: cut(by),
    via,
    address: cut(address),
    what: cut(what),
    target: cut(target),
    fields: fields.slice(0, maxFields).map(cut),
    ...(count === undefined ? {} : { count }),
  });
}

/** Reads a line back; undefined: it is none, as after a repair by hand. */
export function lineOfValue(at: string, value: string): AuditLine | undefined {
  let read: Readonly<Record<string, unknown>>;
  try {
    read = Object(JSON.parse(value));
  } catch {
    return undefined;
  }
  const via = vias.find((one) => one === read.via);
  if (via === undefined) return undefined;
  const text = (field: string): string => (typeof read[field] === 'string' ? read[field] : '');
  const fields = Array.isArray(read.fields) ? read.fields.map(String) : [];
  const { count } = read;
  const line = {
    at,
    by: text('by'),
    via,
    address: text('address'),
    what: text('what'),
    target: text('target'),
  };
  return { ...line, fields, ...(typeof count === 'number' ? { count } : {}) };
}

function cut(text: string): string {
  return text.slice(0, maxCharacters);
}
