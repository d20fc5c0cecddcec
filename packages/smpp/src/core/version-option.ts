import { type SmppVersion, type Version, versionByName } from '@chappe/protocol';
import { SmppError } from '../errors.ts';

/** A version as options take it: by its name, or as interface_version writes it (0x33, 0x34, 0x50). */
export type VersionOption = SmppVersion | Version;

const known: ReadonlyMap<unknown, Version> = new Map<unknown, Version>([
  ...Object.entries(versionByName),
  ...Object.values(versionByName).map((version) => [version, version] as const),
]);

/** Reads a version. Throws `CHAPPE_SMPP_OPTION` for what is none, under the name of its option. */
export function versionFrom(value: VersionOption, option: string): Version {
  const version = known.get(value);
  if (version !== undefined) return version;
  const what = typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : typeof value;
  throw new SmppError(
    'CHAPPE_SMPP_OPTION',
    `${option} is ${what}: it takes '3.3', '3.4' or '5.0' (or interface_version: 0x33, 0x34, 0x50)`,
  );
}
