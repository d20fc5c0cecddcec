import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chappe, type ChappeOptions, startChappe } from './chappe.ts';
import { type Phone, phone } from './phone.ts';
import { type RecordingProxy, recordingProxy } from './recording-proxy.ts';
import { type Dissection, dissect } from './tshark.ts';

/** What every rig stands on: a Chappe, a recording proxy before its SMPP port, and a folder of its own. */
export interface Rig {
  readonly chappe: Chappe;
  /** The port the peer connects to: everything that passes is recorded. */
  readonly smppPort: number;
  readonly proxy: RecordingProxy;
  /** An empty folder that goes with the rig. */
  readonly folder: string;
  phone(number: string): Phone;
  /** Everything recorded so far as tshark sees it. */
  dissect(): Promise<Dissection>;
  /** Ends everything that was started, last first, and removes the folder. */
  close(): Promise<void>;
  /** Something to be ended before Chappe is. */
  onClose(end: () => Promise<unknown>): void;
}

/** Starts a Chappe with a recording proxy. What did start is ended again when a later step fails. */
export async function startRig(options: ChappeOptions = {}): Promise<Rig> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    const problems: unknown[] = [];
    for (const end of ends.reverse().splice(0)) await end().catch((error: unknown) => problems.push(error));
    if (problems.length > 0) throw new AggregateError(problems, 'the rig did not close cleanly');
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'chappe-peer-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    // On disk, as users run it: the memory store has its own tests.
    const chappe = await startChappe({ data: join(folder, 'data'), ...options });
    ends.push(() => chappe.stop());
    const proxy = await recordingProxy(chappe.smppPort);
    ends.push(() => proxy.close());
    return {
      chappe,
      smppPort: proxy.port,
      proxy,
      folder,
      phone: (number) => phone(chappe.httpUrl, number),
      dissect: () => dissect(proxy.chunks, folder),
      close,
      onClose: (end) => void ends.push(end),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
