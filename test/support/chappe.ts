import { fileURLToPath } from 'node:url';
import { chappeArgs } from './our-programs.ts';
import { Program } from './program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A running `chappe start` and where to reach it. */
export interface Chappe {
  readonly smppPort: number;
  readonly tlsPort: number | undefined;
  readonly httpPort: number;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly httpUrl: string;
  readonly program: Program;
  stop(): Promise<void>;
}

export interface ChappeOptions {
  /** Further flags of `chappe start`. */
  readonly args?: readonly string[];
  /** Where it stores; default: memory only. */
  readonly data?: string;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Banner {
  readonly smpp: Endpoint;
  readonly tls?: Endpoint;
  readonly http: Endpoint;
}

/** The command under test. CHAPPE_COMMAND names another one, for instance the one-file bundle. */
function command(): readonly string[] {
  const other = process.env.CHAPPE_COMMAND?.trim();
  if (other) return other.split(/\s+/);
  return [process.execPath, ...chappeArgs(), 'start'];
}

function readBanner(text: string): Banner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Banner> | null;
    return value?.smpp && value.http ? (value as Banner) : undefined;
  } catch {
    return undefined;
  }
}

/** Starts `chappe start` on free ports and does not wait for anything. */
export function launchChappe(options: ChappeOptions = {}): Program {
  const [executable, ...first] = command();
  const ports = ['--smpp-port', '0', '--tls-port', '0', '--http-port', '0'];
  const data = ['--data', options.data ?? ':memory:'];
  return new Program(executable!, [...first, ...ports, ...data, '--json', ...(options.args ?? [])], {
    cwd: root,
  });
}

/** Starts `chappe start` on free ports and waits for its banner. Rejects with its output when it ends before that. */
export async function startChappe(options: ChappeOptions = {}): Promise<Chappe> {
  const program = launchChappe(options);
  try {
    const line = await program.line('its banner', ({ text }) => readBanner(text) !== undefined);
    const banner = readBanner(line.text)!;
    return {
      smppPort: banner.smpp.port,
      tlsPort: banner.tls?.port,
      httpPort: banner.http.port,
      httpUrl: `http://127.0.0.1:${banner.http.port}`,
      program,
      stop: async () => void (await program.stop()),
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}
