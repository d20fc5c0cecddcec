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
export { exportEntry, withSecretsOf, writtenMoAction } from './export/entry.ts';
export { writtenFilters, writtenPumping } from './export/filters.ts';
export { type Flaw, type FlawPlace, flawText, pathText } from './flaw.ts';
export { configSchema, type JsonSchema } from './json-schema.ts';
export { ListFiles, withLists } from './list-files.ts';
export { type LoadedConfig, type LoadOptions, loadConfig } from './load.ts';
export { loadInThread, type ThreadOptions } from './load-thread.ts';
export { realFiles, runLoadWorker } from './load-worker.ts';
export { type ServerVariable, serverVariables } from './overrides.ts';
export { type HashPassword, PasswordHashes } from './passwords.ts';
export { builtInForms, moForms } from './schema/built-in-actions.ts';
export {
  oneOf,
  oneOrMany,
  optional,
  reference,
  required,
  scalar,
  section,
} from './schema/field.ts';
export type { KnownNames } from './schema/known-names.ts';
export type { MoActionForm, MoForms, MoKey, MoSettingKey, MoWord } from './schema/mo-forms.ts';
export type { Written } from './values/written.ts';
