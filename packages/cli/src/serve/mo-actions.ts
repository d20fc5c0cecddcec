/**
 * What rules for messages from handsets may do in this program, beside what they always may: here packages above the
 * gateway register their actions. How they are written is for all who read a configuration, in the thread that reads it
 * again too; what they do is for the gateway.
 */
import { type MoForms, moForms } from '@chappe/config';
import type { MoActionHandler } from '@chappe/gateway';

/** How they are written, and what their settings may say. */
export const actionForms: MoForms = moForms([]);

/** What they do. */
export const actionHandlers: readonly MoActionHandler[] = [];
