/** Routing rules for messages from handsets (mo). The first rule that matches counts. */
import type { RouteConditions } from './conditions.ts';

/** Which binds or hooks get a message from a handset. */
export type MoAction =
  /** `sticky`: the same account for the same handset; `all`: each gets one; `round-robin`. */
  | {
      readonly kind: 'accounts';
      readonly accounts: readonly string[];
      readonly spread: 'round-robin' | 'sticky' | 'all';
    }
  | { readonly kind: 'webhook'; readonly webhook: string }
  /** Adds (STOP) or removes (START) an opt-out of the handset for the number written to. */
  | {
      readonly kind: 'opt-out' | 'opt-in';
      readonly reply?: string | undefined;
      readonly then?: MoAction | undefined;
    }
  /** command_status that the operator is answered with: it keeps the message, or gives it up, as the status says. */
  | { readonly kind: 'refuse'; readonly status: number }
  | { readonly kind: 'drop' };

/** One rule for messages from handsets; `to` and `from` as in RouteConditions. */
export interface MoRouteSettings extends RouteConditions {
  readonly name: string;
  readonly action: MoAction;
  /** Segments of a long message: put together first, or passed as they came (default). */
  readonly reassemble?: boolean | undefined;
}
