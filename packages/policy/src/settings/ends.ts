/** Where the binds of a connector go. */
import type { ConnectorSettings } from './connector.ts';

/** One host and port of an upstream. */
export interface End {
  readonly host: string;
  readonly port: number;
}

const plainPort = 2775;
const tlsPort = 3550;

/** All hosts of a connector, each once, with their ports; the first is that of `host`. */
export function endsOf({ host, port, hosts = [], tls }: ConnectorSettings): readonly End[] {
  const usual = tls === undefined ? plainPort : tlsPort;
  const ends = new Map<string, End>();
  for (const { host: name, port: at = usual } of [{ host, port }, ...hosts])
    if (!ends.has(`${name.toLowerCase()} ${at}`))
      ends.set(`${name.toLowerCase()} ${at}`, { host: name, port: at });
  return [...ends.values()];
}
