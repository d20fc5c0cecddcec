import { statuses } from './status-table.ts';

/** The name of a command_status, as `ESME_ROK`. */
export type StatusName = keyof typeof statuses;

/** What a command_status means for the message it answers; see `status-table.ts`. */
export type StatusClass = 'none' | 'permanent' | 'temporary' | 'throttle' | 'bind';

interface StatusEntry {
  readonly name: StatusName;
  readonly class: StatusClass;
  readonly description: string;
}

const names = Object.keys(statuses) as readonly StatusName[];

const byValue: ReadonlyMap<number, StatusEntry> = new Map(
  names.map((name) => {
    const { value, class: statusClass, description } = statuses[name];
    return [value as number, { name, class: statusClass, description }];
  }),
);

/** command_status values by name: `status.ESME_RTHROTTLED === 0x58`. */
export const status: { readonly [N in StatusName]: number } = Object.freeze(
  Object.fromEntries(names.map((name) => [name, statuses[name].value])),
) as { readonly [N in StatusName]: number };

/** The name of a command_status; undefined for reserved and vendor codes. */
export function statusName(value: number): StatusName | undefined {
  return byValue.get(value)?.name;
}

/** The class of a command_status; unknown and vendor codes are `permanent` (nothing is known that time would heal). */
export function statusClass(value: number): StatusClass {
  return byValue.get(value)?.class ?? 'permanent';
}

/** One line of English about a command_status; vendor and reserved codes are named as such. */
export function statusDescription(value: number): string {
  const entry = byValue.get(value);
  if (entry !== undefined) return entry.description;
  // SMPP 5.0 4.7.6: 0x400-0x4ff belongs to vendors.
  const owner = value >= 0x400 && value <= 0x4ff ? 'Vendor specific' : 'Reserved';
  return `${owner} status 0x${value.toString(16).padStart(8, '0')}`;
}
