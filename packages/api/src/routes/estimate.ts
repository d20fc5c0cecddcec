/** POST /api/v1/estimate: what a message would be and cost, without sending it. */
import { type DestinationEstimate, type Estimate, estimateMessages } from '@chappe/gateway';
import { formatAmount } from '@chappe/policy';
import { statusName } from '@chappe/protocol';
import { ownAccount } from '../auth/caller.ts';
import { checkContent } from '../content-argument.ts';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { estimateBody } from '../schemas/estimate.ts';
import { type SubmissionBody, submission } from '../schemas/submission.ts';
import { argumentsOf, checkSize } from '../submissions.ts';
import { fittingTextOf, textCostOf } from '../text-cost.ts';

/** Measures, routes and prices a message as if it came now. */
export function estimate({ gateway, clock }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/estimate',
    operationId: 'estimateMessage',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'What a message would be and cost, without sending it',
    description:
      'The body is that of a submission. Nothing is stored, charged or counted. Filters, throughput and pumping are not ' +
      'asked: they look at what was sent before.',
    body: submission,
    example: { to: '447700900123', from: 'ACME', text: 'It’s 5 €' },
    isAudited: false,
    takesTurns: true,
    answers: { 200: { description: 'The estimate', schema: estimateBody } },
    problems: ['refused'],
    handle: ({ body: given, caller }) => {
      const body = { ...given, account: ownAccount(caller, given.account) };
      checkContent(body);
      const nowMs = clock.nowMs();
      const { account, from = '', tlvs, ...content } = argumentsOf(body, nowMs);
      const to = typeof body.to === 'string' ? [body.to] : body.to;
      checkSize(to.length, content);
      return {
        status: 200,
        body: bodyOf(
          body,
          content.udh,
          estimateMessages(gateway, { account, from, to, content, tlvs, nowMs }),
        ),
      };
    },
  });
}

function bodyOf(
  { longMessage }: SubmissionBody,
  udh: Uint8Array | undefined,
  { content, destinations }: Estimate,
) {
  const { text, coding, segments, octets, characters, unit, units, unitsPerSegment, unitsLeft } = content;
  const taken = destinations.filter(({ refusal }) => refusal === undefined);
  const price = taken.reduce((sum, { totalPrice }) => sum + totalPrice, 0);
  return {
    coding,
    segments,
    octets,
    characters: characters ?? null,
    unit,
    units,
    unitsPerSegment,
    lastSegment: { used: unitsPerSegment - unitsLeft, free: unitsLeft },
    replaced: content.replaced,
    costly: textCostOf(text ?? ''),
    fit:
      text === undefined || coding !== 'ucs2'
        ? null
        : (fittingTextOf(text, longMessage === 'payload' ? undefined : longMessage, udh) ?? null),
    destinations: destinations.map(destinationOf),
    total: {
      messages: destinations.length,
      refused: destinations.length - taken.length,
      segments: taken.length * segments,
      price: formatAmount(price),
    },
  };
}

function destinationOf(estimated: DestinationEstimate) {
  const { to, from, route: name, connectors, way, price, totalPrice, refusal } = estimated;
  return {
    to,
    from,
    route: name ?? null,
    connectors,
    way,
    price: formatAmount(price),
    totalPrice: formatAmount(totalPrice),
    refused:
      refusal === undefined
        ? null
        : {
            reason: refusal.reason,
            detail: refusal.detail,
            commandStatus: statusName(refusal.commandStatus) ?? String(refusal.commandStatus),
          },
  };
}
