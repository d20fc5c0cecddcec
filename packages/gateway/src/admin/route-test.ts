/** Asks the routes in force about a message that nobody sends. */
import type { Priority } from '@chappe/center';
import type { MessageFacts, RuleVerdict } from '@chappe/policy';
import { addressOf, destinationOf, wayOf } from '@chappe/policy';
import { isDigits, type Tlv } from '@chappe/protocol';
import { type ContentArgument, cut } from '../message/segments.ts';
import type { Administered } from './administered.ts';

/** The message. */
export interface RouteQuestion {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  /** Default ''. */
  readonly text?: string | undefined;
  /** Default: the smallest that holds the text. */
  readonly coding?: string | undefined;
  readonly tlvs?: readonly { readonly tag: number; readonly value: Uint8Array }[] | undefined;
  /** Default: those of the account. */
  readonly tags?: readonly string[] | undefined;
  /** Wall clock. */
  readonly nowMs: number;
}

/** The answer. */
export interface RouteAnswer {
  /** The rule that takes it; undefined: none does. */
  readonly route: string | undefined;
  /** `op-a 70, op-b 30; else op-c`; `no route`. */
  readonly way: string;
  /** As the account's rules make them. */
  readonly from: string;
  readonly to: string;
  /** Its account may not send it whatever the routes say. */
  readonly refusedBy: 'sender' | 'destination' | undefined;
  readonly coding: string;
  readonly segments: number;
  /** Of one segment, and of all; millionths. */
  readonly price: number;
  readonly totalPrice: number;
  /** In their order, at most 1,000. */
  readonly rules: readonly RuleVerdict[];
}

/** Says which rule takes the message and why the others do not; nothing is counted. Throws a `GatewayError`. */
export function testRoutes({ network, accounts }: Administered, question: RouteQuestion): RouteAnswer {
  const { text = '', tags, nowMs } = question;
  const policy = accounts.get(question.account)?.policy;
  const source = addressOf(question.from);
  const destination = destinationOf(question.to);
  const sender = policy === undefined ? source : policy.sender(source);
  // To operators only numbers go.
  const isGood = network.router === undefined || isDigits(destination.digits);
  const allowed = policy === undefined ? destination : policy.destination(destination);
  const receiver = isGood ? allowed : undefined;
  // A coding that texts are not written in (octet) is only compared.
  const asked = question.coding === 'octet' ? undefined : (question.coding as ContentArgument['coding']);
  const parts = cut({ text, coding: asked }, 0);
  const facts: MessageFacts = {
    kind: 'mt',
    account: question.account,
    connector: '',
    source: sender ?? source,
    destination: receiver ?? destination,
    text: question.coding === 'octet' ? undefined : text,
    coding: question.coding ?? parts.coding,
    segments: parts.segments.length,
    tlvs: (question.tlvs ?? []) as unknown as readonly Tlv[],
    tags: tags ?? policy?.tags ?? [],
    priority: 0 as Priority,
    nowMs,
  };
  const route = network.router?.peek(facts);
  const listed = route?.priceOf(facts.destination);
  const price = listed ?? 0;
  const isUnlisted = route !== undefined && listed === undefined;
  return {
    route: route?.settings.name,
    way: route === undefined ? noWay(network.router !== undefined) : wayOf(route.settings.action),
    from: facts.source.digits,
    to: facts.destination.digits,
    refusedBy:
      sender === undefined ? 'sender' : receiver === undefined || isUnlisted ? 'destination' : undefined,
    coding: facts.coding,
    segments: facts.segments,
    price,
    totalPrice: price * facts.segments,
    rules: network.router?.explain(facts) ?? [],
  };
}

/** What is said where no rule takes it: without rules everything goes to the handsets. */
export function noWay(isRouted: boolean): string {
  return isRouted ? 'no route' : 'handsets';
}
