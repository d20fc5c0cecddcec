/** The door of Kannel's smsbox: sendsms, by GET, or by POST with X-Kannel headers. */
import type { TLSSocket } from 'node:tls';
import { GatewayError } from '@chappe/policy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../problem.ts';
import { maxDestinations } from '../../schemas/submission.ts';
import { checkSize } from '../../submissions.ts';
import type { DoorContext } from '../door.ts';
import { readSendSms, type SendSms } from './fields.ts';
import { headerParameters, type Parameters, queryParameters } from './parameters.ts';
import { misformed, Refusal, type Reply, replies } from './replies.ts';

const path = '/cgi-bin/sendsms';

/** Adds sendsms. */
export function kannelDoor(app: FastifyInstance, context: DoorContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async ({ raw }: FastifyRequest) => context.bodies.whole(raw));
  app.route({
    method: ['GET', 'POST'],
    url: path,
    // A HEAD would send the message, too.
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const { status, body } = await answerTo(request, context);
      // Kannel says so of a line of plain text.
      return reply.code(status).type('text/html').send(body);
    },
  });
}

async function answerTo(request: FastifyRequest, context: DoorContext): Promise<Reply> {
  try {
    const given = parametersOf(request);
    const account = await accountOf(given, request, context);
    const asked = readSendSms(given, account, context.clock.nowMs());
    return await send(asked, account, context);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

function parametersOf({ method, raw, headers, body }: FastifyRequest): Parameters {
  if (method !== 'POST') {
    const url = raw.url ?? '';
    const at = url.indexOf('?');
    return queryParameters(at < 0 ? '' : url.slice(at + 1));
  }
  const given = headerParameters(headers, body instanceof Uint8Array ? body : new Uint8Array(0));
  if (given === undefined) throw new Refusal(replies.contentType);
  return given;
}

/** The account whose name and password were given: guesses are slowed down as those of binds are. */
async function accountOf(given: Parameters, request: FastifyRequest, context: DoorContext): Promise<string> {
  const name = given.text('username') ?? given.text('user') ?? '';
  const password = given.text('password') ?? given.text('pass') ?? '';
  if (name === '') throw new Refusal(replies.authorization);
  const isTls = (request.raw.socket as TLSSocket).encrypted === true;
  const address = context.addressOf(request);
  const result = await context.gateway.logIn({ name, password, address, isTls });
  if (result === 'busy') throw new Refusal(replies.later);
  if (result === 'refused') throw new Refusal(replies.authorization);
  return name;
}

async function send({ to, message }: SendSms, account: string, context: DoorContext): Promise<Reply> {
  if (to.length > maxDestinations)
    throw new Refusal({ status: 400, body: `At most ${maxDestinations} receivers, rejected` });
  checkRoom(to.length, message);
  const turn =
    to.length === 1 ? undefined : await context.sending.take(`account ${account}`, context.closing);
  try {
    const requests = to.map((one) => ({ ...message, account, to: one }));
    const results = await context.gateway.inlet.submit(requests);
    const failed = to.filter((_, at) => results[at] instanceof GatewayError);
    if (failed.length === 0) return replies.accepted;
    const [first] = results.filter((result) => result instanceof GatewayError);
    if (failed.length === to.length && first !== undefined) return refusalOf(first);
    // Kannel answers before it knows; here it is known, and told in its words.
    return { status: 202, body: `${replies.accepted.body} Failed receivers are: ${failed.join(' ')}` };
  } finally {
    turn?.over();
  }
}

/** What is too long for one request, or cannot be cut, is refused before anything is stored. */
function checkRoom(numbers: number, message: SendSms['message']): void {
  try {
    checkSize(numbers, message);
  } catch (error) {
    if (error instanceof GatewayError) throw new Refusal(refusalOf(error));
    if (error instanceof Problem) throw new Refusal({ status: 400, body: `${error.message}, rejected` });
    throw error;
  }
}

function refusalOf({ code, field }: GatewayError): Reply {
  switch (code) {
    case 'CHAPPE_GATEWAY_THROTTLED':
    case 'CHAPPE_GATEWAY_FULL':
    case 'CHAPPE_GATEWAY_STOPPED':
    case 'CHAPPE_GATEWAY_STORE':
      return replies.later;
    default:
  }
  switch (field) {
    case 'callback':
      return misformed('DLR-URL').reply;
    case 'udh':
      return misformed('UDH').reply;
    case 'scheduleAtMs':
      return misformed('Deferred').reply;
    case 'validityMs':
      return misformed('Validity').reply;
    case 'text':
    case 'bytes':
    case 'coding':
      return replies.charset;
    default:
      return replies.notRoutable;
  }
}
