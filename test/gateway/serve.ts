import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chappeArgs } from '../support/our-programs.ts';
import { patient } from '../support/patience.ts';
import { Program } from '../support/program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const startMs = patient(20_000);

/** A running `chappe serve`. */
export interface Serving {
  readonly smppPort: number;
  readonly program: Program;
  stop(): Promise<void>;
}

/** Starts `chappe serve` with that configuration, written into the folder, and waits until it is up. */
export async function startServe(folder: string, yaml: string): Promise<Serving> {
  const file = join(folder, 'chappe.yaml');
  await writeFile(file, yaml);
  const command = [...chappeArgs(), 'serve', '-c', file, '--json'];
  const program = new Program(process.execPath, command, { cwd: root });
  try {
    const line = await program.line('its banner', ({ text }) => portOf(text) !== undefined, startMs);
    return {
      smppPort: portOf(line.text)!,
      program,
      async stop() {
        const { code, signal } = await program.stop();
        if (code !== 0) throw new Error(`chappe serve ended with ${code ?? signal}:\n${program.output}`);
      },
    };
  } catch (error) {
    await program.stop();
    throw new Error(`chappe serve did not come up:\n${program.output}`, { cause: error });
  }
}

function portOf(text: string): number | undefined {
  try {
    return (JSON.parse(text) as { smpp?: { port?: number } }).smpp?.port;
  } catch {
    return undefined;
  }
}
