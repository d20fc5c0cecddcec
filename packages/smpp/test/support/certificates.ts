import { readFileSync } from 'node:fs';

function file(name: string): string {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
}

/** A certificate and its key, issued by `testCa` for localhost. */
export function certificate(name: 'server' | 'server2' | 'client'): { cert: string; key: string } {
  return { cert: file(name), key: file(`${name}-key`) };
}

/** The issuer of the test certificates. */
export const testCa: string = file('ca');
