/** Settings of `chappe serve`: all else stands in the configuration. */
import { configSetting } from './check.ts';
import type { Settings } from './setting.ts';

/** What serve can be told. */
export interface ServeValues {
  readonly config: string;
}

/** Their table. */
export const serveSettings: Settings<ServeValues> = { config: configSetting };
