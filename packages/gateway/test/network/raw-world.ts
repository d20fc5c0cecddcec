/** A gateway whose connector `op` leads to an operator without an SMPP library. */

import type { ConnectorSettings } from '@chappe/policy';
import { RawCentre, type Script } from '../../../smpp/test/support/raw-centre.ts';
import { type ConnectorView, connectorView } from '../../src/index.ts';
import type { Esme } from '../rig.ts';
import { connector, via, World } from './world.ts';

/** What a test has of it. */
export interface RawWorld {
  readonly world: World;
  readonly centre: RawCentre;
  /** Monotonic milliseconds of each connection. */
  readonly times: readonly number[];
  readonly esme: Esme;
  /** The connector as people see it. */
  view(): ConnectorView;
}

/** Starts one; messages go to `op`, then to the others. */
export async function rawWorld(
  script: Script,
  more: Partial<ConnectorSettings> = {},
  others: readonly string[] = [],
): Promise<RawWorld> {
  const centre = new RawCentre(script);
  const times: number[] = [];
  const world = await World.start(
    { connectors: [connector('op', more), ...others], routes: [via(['op', ...others])] },
    {
      beforeOpen: (made) =>
        made.lead('op', () => {
          times.push(made.clock.monotonicMs());
          return centre.connect();
        }),
    },
  );
  const view = (): ConnectorView => connectorView(world.upstream('op'), world.gateway.center);
  return { world, centre, times, esme: await world.esme(), view };
}

/** Whether it is a bind. */
export function isBind(command: string): boolean {
  return command.startsWith('bind_') && !command.endsWith('_resp');
}

/** Texts of the submissions that came, in their order. */
export function textsAt(centre: RawCentre): string[] {
  return centre.all('submit_sm').map((pdu) => Buffer.from(pdu.short_message).toString('latin1'));
}

/** Submits so many messages, `0` and so on; their ids. */
export async function burst(esme: Esme, count: number): Promise<string[]> {
  const responses = await Promise.all(
    Array.from({ length: count }, (_, at) => esme.submit({ short_message: Buffer.from(`${at}`) })),
  );
  return responses.map(({ message_id }) => message_id);
}
