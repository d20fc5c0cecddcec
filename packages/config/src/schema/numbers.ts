/** How numbers and senders are written, and how fast somebody may be: shared by accounts and connectors. */
import type { NumberPlan, SenderRule, ThroughputSettings } from '@chappe/policy';
import { z } from 'zod';
import { rate } from '../values/values.ts';
import { digits, pattern, plainText } from '../values/words.ts';
import { compact, oneOf, oneOrMany, optional, required, scalar, section } from './field.ts';
import { count, flag, rateShape } from './shapes.ts';

// A sender has 20 digits or 11 characters (SMPP 3.4 5.2.8 lets 20 octets through).
const maxSenderLength = 20;
// E.164.
const maxLeastDigits = 15;
// More at once than that is no burst.
const maxBurst = 1_000_000;

/** How numbers are written by somebody. */
export const numberPlan: z.ZodType<NumberPlan> = section({
  countryCode: optional(scalar(digits), 'country code put in front of national numbers, as 44'),
  nationalPrefix: optional(scalar(digits), 'digits before a national number, as 0; taken away'),
  internationalPrefixes: optional(
    oneOrMany(scalar(digits)),
    'digits before an international number, as 00 or 011; taken away (a plus always is)',
  ),
  leastDigits: optional(
    count(maxLeastDigits),
    'numbers of fewer digits are short codes and stay as they are',
    7,
  ),
}).transform(
  ({ countryCode, nationalPrefix, internationalPrefixes, leastDigits }): NumberPlan =>
    compact<NumberPlan>({ countryCode, nationalPrefix, internationalPrefixes, leastDigits }),
);

/** Sender replacement. */
export const senderRules: z.ZodType<readonly SenderRule[]> = z.array(
  section({
    from: required(scalar(pattern), 'the sender: ACME, 4477*, * for all, "" for none given'),
    replaceBy: optional(scalar(plainText(maxSenderLength)), 'what stands there instead'),
    refuse: optional(flag, 'true: refused with ESME_RINVSRCADR', false),
  }).transform(({ from, replaceBy, refuse }, context): SenderRule => {
    if (replaceBy !== undefined && refuse === true)
      context.addIssue({ code: 'custom', message: 'a sender is replaced or refused, not both' });
    return compact<SenderRule>({ from, replaceBy, refuse });
  }),
);

const perSecond = scalar(rate, rateShape);

/** A throughput: `200/s`, or its keys. */
export const throughput: z.ZodType<ThroughputSettings> = z.union(
  [
    perSecond.transform((given): ThroughputSettings => ({ perSecond: given })),
    section({
      rate: required(perSecond, 'segments per second'),
      burst: optional(
        count(maxBurst),
        'segments that may come at once after a pause; else those of one second',
      ),
      excess: optional(
        oneOf(['reject', 'shape']),
        'what is too fast: rejected with ESME_RTHROTTLED, or answered later, up to 5 s',
        'reject',
      ),
    }).transform(
      (given): ThroughputSettings =>
        compact<ThroughputSettings>({
          perSecond: given.rate,
          burst: given.burst,
          excess: given.excess,
        }),
    ),
  ],
  { error: 'expected a rate such as 200/s, or keys rate, burst and excess' },
);
