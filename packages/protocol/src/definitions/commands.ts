import { ancillaryCommands } from './commands/ancillary.ts';
import { bindCommands } from './commands/bind.ts';
import { broadcastCommands } from './commands/broadcast.ts';
import { legacyCommands } from './commands/legacy.ts';
import { messageCommands } from './commands/message.ts';
import { multiCommands } from './commands/multi.ts';
import { sessionCommands } from './commands/session.ts';
import type { CommandDefinition } from './schema.ts';

/** All 39 PDUs of 3.3, 3.4 and 5.0 by name. The later documents only ever added to the earlier ones. */
export const commands: typeof bindCommands &
  typeof sessionCommands &
  typeof messageCommands &
  typeof multiCommands &
  typeof ancillaryCommands &
  typeof broadcastCommands &
  typeof legacyCommands = {
  ...bindCommands,
  ...sessionCommands,
  ...messageCommands,
  ...multiCommands,
  ...ancillaryCommands,
  ...broadcastCommands,
  ...legacyCommands,
};

/** The type of `commands`. */
export type Commands = typeof commands;

/** The name of a PDU, as `submit_sm`. */
export type CommandName = keyof Commands;

/** The response to a PDU: `ResponseOf<'submit_sm'>` is `'submit_sm_resp'`; never where nothing answers. */
export type ResponseOf<C extends CommandName> = C extends CommandName
  ? Commands[C] extends { readonly response: infer R extends CommandName }
    ? R
    : never
  : never;

/** The PDUs that are answered. */
export type RequestName = { [C in CommandName]: ResponseOf<C> extends never ? never : C }[CommandName];

/** The PDUs that answer one; generic_nack is not among them. */
export type ResponseName = ResponseOf<CommandName>;

const byId: ReadonlyMap<number, CommandName> = new Map(
  (Object.keys(commands) as CommandName[]).map((name) => [commands[name].id, name]),
);

/** The command_id of a PDU (SMPP 3.4 5.1.2.1, SMPP 5.0 4.7.5). */
export function commandId(name: CommandName): number {
  return commands[name].id;
}

/** The PDU of a command_id; undefined for reserved and vendor ids. */
export function commandName(id: number): CommandName | undefined {
  return byId.get(id);
}

/** The response to a PDU: `responseOf('submit_sm') === 'submit_sm_resp'`; undefined where nothing answers. */
export function responseOf<C extends CommandName>(
  name: C,
): C extends RequestName ? ResponseOf<C> : undefined {
  const definition: CommandDefinition = commands[name];
  return definition.response as C extends RequestName ? ResponseOf<C> : undefined;
}

/** Whether a PDU is answered: not so for responses, outbind, alert_notification and generic_nack. */
export function isRequest(name: string): name is RequestName {
  return Object.hasOwn(commands, name) && commands[name as CommandName].kind === 'request';
}

/** Whether a PDU answers one; generic_nack counts too, as it settles a request. */
export function isResponse(name: string): name is ResponseName | 'generic_nack' {
  if (!Object.hasOwn(commands, name)) return false;
  const { kind } = commands[name as CommandName];
  return kind === 'response' || kind === 'nack';
}
