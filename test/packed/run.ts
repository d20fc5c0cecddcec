/** Programs in the projects, as a person at a prompt would run them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';

/** Where and with which Node. */
export interface Where {
  readonly cwd?: string;
  /** The Node that `node`, `npx` and what they start run with; default: this one. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What npm and Vitest say about this repository: another npm would take it for its own. */
const ofThisRun =
  /^(npm_(lifecycle|package|command|execpath|node_execpath|config_(local_prefix|prefix|workspace))|INIT_CWD|NODE_OPTIONS|NODE_ENV|NODE_COMPILE_CACHE|VITEST|TEST$)/;

/** The environment of a person in that folder. */
export function environment({ cwd, node = process.execPath, env }: Where): Record<string, string> {
  const mine = Object.entries(process.env).filter(([name]) => !ofThisRun.test(name));
  const bin = cwd === undefined ? [] : [join(cwd, 'node_modules', '.bin')];
  const path = [...bin, dirname(node), process.env.PATH ?? ''].join(delimiter);
  return { ...(Object.fromEntries(mine) as Record<string, string>), ...env, PATH: path };
}

/** Runs it to its end and gives all that it printed; rejects with that unless it ended with 0. */
export async function finished(command: string, args: readonly string[], where: Where = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: where.cwd,
    env: environment(where),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code === 0) return printed;
  throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${printed}`);
}
