/** All doors, by the names that they are switched on by. */
import type { FastifyInstance } from 'fastify';
import type { Door, DoorContext } from './door.ts';
import { kannelDoor } from './kannel/kannel.ts';

/** The name of a door. */
export type DoorName = 'kannel';

const doors: Readonly<Record<DoorName, Door>> = { kannel: kannelDoor };

/** Opens doors: each in a scope of its own, so that how one reads bodies is nobody else's. */
export function openDoors(app: FastifyInstance, names: readonly DoorName[], context: DoorContext): void {
  for (const name of new Set(names)) {
    app.register(async (scope) => doors[name](scope, context));
  }
}
