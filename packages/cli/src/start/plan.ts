/** The plan of `chappe start`. */
import type { CommandPlan } from '../command.ts';
import { type StartValues, startSettings } from './settings.ts';

/** The command; its code is loaded when it runs. */
export const startPlan: CommandPlan<StartValues> = {
  name: 'start',
  about: 'run a message centre with simulated handsets: SMPP, TLS and an HTTP API, every message on disk',
  settings: startSettings,
  examples: [
    'chappe start',
    'chappe start --data :memory: --delay 0-10',
    'chappe start --host 0.0.0.0 --account acme:secret',
    'chappe start --outcomes delivered:90,undeliverable:10 --seed 7',
    'chappe start --json --smpp-port 0 --tls-port 0 --http-port 0',
  ],
  run: async (run) => (await import('./run-start.ts')).runStart(run),
};
