/** Taking one message back: from here, or from the operator that has it. */
import type { CancelResult, Message } from '@chappe/center';
import type { Ingress } from './ingress.ts';

/** Cancels a message, whichever door asks for it. `detail`: what its timeline tells of it, where it is still here. */
export async function takeBack(message: Message, ingress: Ingress, detail?: string): Promise<CancelResult> {
  const result = await ingress.center.cancel({ id: message.id, account: message.account }, detail);
  if (result !== 'in-flight') return result;
  return (await ingress.cancelUpstream(message)) ? 'cancelled' : result;
}
