/**
 * What happens beside the messages: warnings and errors, and from `info` on sessions that come and go. JSON on
 * stderr; lines for people where a person looks and has not asked for a level. Never passwords, numbers or texts.
 */
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Terminal } from '../terminal.ts';
import type { LogLevel } from './settings.ts';

/** How a log is kept. */
export interface LogOptions {
  readonly level: LogLevel;
  /** Lines for people instead of JSON. */
  readonly isPlain: boolean;
}

const warnLevel = 40;
const errorLevel = 50;
const clockDigits = { from: 11, to: 19 } as const;

function plainStream(terminal: Terminal): DestinationStream {
  return {
    write: (line: string) => {
      const { level, time, msg, where, err, leftOut } = JSON.parse(line) as {
        readonly level: number;
        readonly time: string;
        readonly msg: string;
        readonly where?: string;
        readonly err?: { readonly message?: string };
        readonly leftOut?: number;
      };
      const word = level >= errorLevel ? 'error' : level >= warnLevel ? 'warning' : 'info';
      const at = time.slice(clockDigits.from, clockDigits.to);
      const detail = err?.message === undefined || err.message === msg ? '' : `: ${err.message}`;
      const more = leftOut === undefined ? '' : ` (${leftOut} others were not told)`;
      terminal.talk(`${at}  ${word}  ${where === undefined ? '' : `${where}: `}${msg}${detail}${more}`);
    },
  };
}

/** Makes the log. `more`: what is done to every line before it is written. */
export function openLog(
  options: LogOptions,
  terminal: Terminal,
  more: Pick<LoggerOptions, 'formatters' | 'hooks'> = {},
): Logger {
  const stream: DestinationStream = options.isPlain
    ? plainStream(terminal)
    : { write: (line) => terminal.talk(line.trimEnd()) };
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: ['password', '*.password'],
    ...more,
  };
  return pino(settings, stream);
}
