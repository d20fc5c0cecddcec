/** Routing rules for messages from handsets (mo). The first rule that matches counts. */
import type { RouteConditions } from './conditions.ts';

/**
 * What a rule does with a message: the kind of an action that is registered, and its settings. They are plain data: they
 * are stored as JSON, and go from thread to thread.
 */
export interface MoAction {
  readonly kind: string;
  /** What comes after it, where the action leads to another. */
  readonly then?: MoAction | undefined;
  readonly [setting: string]: unknown;
}

/** `sticky`: the same account for the same handset; `all`: each gets one; `round-robin`. */
export type AccountsAction = {
  readonly kind: 'accounts';
  readonly accounts: readonly string[];
  readonly spread: 'round-robin' | 'sticky' | 'all';
};

/** It is posted there. */
export type WebhookAction = { readonly kind: 'webhook'; readonly webhook: string };

/** Adds (STOP) or removes (START) an opt-out of the handset for the number written to. */
export type KeywordAction = {
  readonly kind: 'opt-out' | 'opt-in';
  readonly reply?: string | undefined;
  readonly then?: MoAction | undefined;
};

/** command_status that the operator is answered with: it keeps the message, or gives it up, as the status says. */
export type RefuseAction = { readonly kind: 'refuse'; readonly status: number };

/** Nobody gets it. */
export type DropAction = { readonly kind: 'drop' };

/** One rule for messages from handsets; `to` and `from` as in RouteConditions. */
export interface MoRouteSettings extends RouteConditions {
  readonly name: string;
  readonly action: MoAction;
  /** Segments of a long message: put together first, or passed as they came (default). */
  readonly reassemble?: boolean | undefined;
}
