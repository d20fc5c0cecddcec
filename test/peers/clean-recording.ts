import { expect, it } from 'vitest';
import { canRun, program } from '../support/peer-programs.ts';
import type { Dissection } from '../support/tshark.ts';

/**
 * The last test of a rig: tshark decodes every PDU of the whole run, in both directions, and finds nothing malformed.
 * `pdus` is the least number of PDUs the run must have exchanged, so that an empty recording does not pass. The peer
 * must have ended or gone quiet before.
 */
export function itIsCleanInTshark(
  peer: string,
  rig: () => { dissect(): Promise<Dissection> },
  pdus: number,
  before?: () => Promise<void>,
): void {
  const name = `exchanged more than ${pdus} PDUs of which tshark calls none malformed`;
  it.runIf(canRun(`${peer} in tshark`, [program('tshark')]))(name, async () => {
    await before?.();
    const { recorded, decoded, expected, complaints } = await rig().dissect();
    expect(complaints).toEqual([]);
    expect(decoded).toEqual(expected);
    expect(recorded.length).toBeGreaterThan(pdus);
  });
}
