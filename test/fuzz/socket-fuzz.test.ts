import { expect, it } from 'vitest';
import { patient } from '../support/patience.ts';
import { fuzzSockets } from './socket-fuzz.ts';

it(
  'survives 6,000 random PDUs of customers and operators of every version, and serves another customer',
  async () => {
    const report = await fuzzSockets(6_000, 20_260_101);
    expect(report.failures).toEqual([]);
    // Neither all nonsense nor all harmless.
    expect(report.served).toBeGreaterThan(0);
    expect(report.accepted).toBeGreaterThan(100);
    expect(report.fromOperators).toBeGreaterThan(100);
  },
  patient(120_000),
);
