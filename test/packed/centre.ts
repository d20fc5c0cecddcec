/** `chappe start` of the installed program. */
import { join } from 'node:path';
import { Program } from '../support/program.ts';
import { environment } from './run.ts';

/** A running centre and where to reach it. */
export interface Centre {
  readonly smppPort: number;
  /** `http://127.0.0.1:PORT` */
  readonly http: string;
  stop(): Promise<void>;
}

/** Where a project has the program. */
export function launcherIn(folder: string): string {
  return join(folder, 'node_modules', '@chappe', 'cli', 'bin', 'chappe.js');
}

/** Starts the program that is installed in a project, in memory and on free ports. */
export async function centreOf(folder: string, node: string): Promise<Centre> {
  const ports = ['--smpp-port', '0', '--tls-port', '0', '--http-port', '0'];
  const args = [launcherIn(folder), 'start', '--json', '--data', ':memory:', '--delay', '0-10', ...ports];
  const program = new Program(node, args, { cwd: folder, env: environment({ cwd: folder, node }) });
  const { text } = await program.line('its banner', ({ from }) => from === 'stdout');
  const { smpp, http } = JSON.parse(text) as Record<'smpp' | 'http', { readonly port: number }>;
  return {
    smppPort: smpp.port,
    http: `http://127.0.0.1:${http.port}`,
    stop: async () => void (await program.stop()),
  };
}
