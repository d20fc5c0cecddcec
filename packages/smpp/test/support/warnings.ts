import { afterEach, beforeEach } from 'vitest';

/** A warning of the process, as its listeners get it. */
export interface Warning extends Error {
  readonly code?: string;
  readonly detail?: string;
}

/** The warnings of the test that runs, in their order; Node does not print them meanwhile. */
export function catchWarnings(): readonly Warning[] {
  const caught: Warning[] = [];
  const printers = process.listeners('warning');
  const note = (warning: Error): void => {
    caught.push(warning);
  };
  beforeEach(() => {
    caught.length = 0;
    process.removeAllListeners('warning').on('warning', note);
  });
  afterEach(() => {
    process.off('warning', note);
    for (const printer of printers) process.on('warning', printer);
  });
  return caught;
}
