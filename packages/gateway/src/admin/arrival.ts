/** Whether a message that is to be sent once more may have arrived already. */
import { type Message, timelineSteps } from '@chappe/center';
import { ownPartOfStored } from '../message/own-part.ts';
import { trailOf } from '../message/trail.ts';

/**
 * Its story is read for it, as no field says that an attempt before the last one was not answered; where lines of a long
 * story were dropped, nobody knows, which counts as yes.
 */
export function mayHaveArrived(message: Message): boolean {
  const { state, memo, timeline } = message;
  if (state === 'unknown' || state === 'delivered' || state === 'accepted') return true;
  if (trailOf(memo).isTaken) return true;
  return timelineSteps(timeline).some(
    ({ step, detail }) =>
      step === 'uncertain' || step === 'dropped' || (step === 'recovered' && detail.includes('uncertain=1')),
  );
}

/** Whether it was sent once more already. */
export function isSentAgain({ timeline }: Message): boolean {
  return timelineSteps(timeline).some(({ step }) => step === 'again');
}

/** Whether it is a part of a text that its customer has cut. */
export function isOwnPart(message: Message): boolean {
  return ownPartOfStored(message) !== undefined;
}
