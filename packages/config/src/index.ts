/** The door of @chappe/config: one YAML file to checked settings. */
export type {
  Config,
  HandsetSettings,
  LifetimeSettings,
  ListenSettings,
  ListenTls,
  LogLevel,
  NamedKey,
  ServerSettings,
  SessionDefaults,
} from './config.ts';
export { type ConfigChange, diffSettings, type SettingsDiff, settingsDiff } from './diff.ts';
export {
  type Entries,
  type EntryKind,
  type EntryOptions,
  entryParser,
  type ParsedEntry,
  parseEntry,
} from './entry.ts';
export { exportEntry, withSecretsOf } from './export/entry.ts';
export { writtenFilters, writtenPumping } from './export/filters.ts';
export { writtenMoAction } from './export/route.ts';
export type { Written } from './export/words.ts';
export { type Flaw, type FlawPlace, flawText, pathText } from './flaw.ts';
export { configSchema, type JsonSchema } from './json-schema.ts';
export { ListFiles, withLists } from './list-files.ts';
export { type LoadedConfig, type LoadOptions, loadConfig } from './load.ts';
export { loadInThread, type ThreadOptions } from './load-thread.ts';
export { realFiles, runLoadWorker, type SettingsCheck } from './load-worker.ts';
export { type ServerVariable, serverVariables } from './overrides.ts';
export { type HashPassword, PasswordHashes } from './passwords.ts';
export type { KnownNames } from './schema/read-context.ts';
