/** Names in a bind that choose what becomes of it, for tests of programs that must live with that. */
import { status } from '@chappe/protocol';

/** A system_id whose binds fail, where everybody may bind. */
export interface MagicBind {
  readonly systemId: string;
  /** command_status of the answer; undefined: there is none. */
  readonly status: number | undefined;
  /** One line for people. */
  readonly meaning: string;
}

/** The table of them. */
export const magicBinds: readonly MagicBind[] = [
  { systemId: 'bind-refused', status: status.ESME_RBINDFAIL, meaning: 'bind refused: ESME_RBINDFAIL' },
  { systemId: 'bind-password', status: status.ESME_RINVPASWD, meaning: 'bind refused: ESME_RINVPASWD' },
  { systemId: 'bind-unanswered', status: undefined, meaning: 'bind never answered' },
];

/** What is special about that name; undefined for an ordinary one. */
export function magicBindOf(systemId: string): MagicBind | undefined {
  return magicBinds.find((bind) => bind.systemId === systemId);
}
