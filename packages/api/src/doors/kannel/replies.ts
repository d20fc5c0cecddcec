/** What Kannel's smsbox answers, word for word: programs compare it. */

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** A request that is answered so, and goes no further. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(reply.body);
    this.reply = reply;
  }
}

/** Names of answers. */
type ReplyName =
  | 'accepted'
  | 'authorization'
  | 'contentType'
  | 'noReceiver'
  | 'emptyReceiver'
  | 'deniedReceivers'
  | 'noSender'
  | 'account'
  | 'charset'
  | 'notRoutable'
  | 'later';

/** All of them. */
export const replies: Readonly<Record<ReplyName, Reply>> = {
  accepted: { status: 202, body: '0: Accepted for delivery' },
  authorization: { status: 403, body: 'Authorization failed for sendsms' },
  contentType: { status: 400, body: 'Invalid content-type' },
  noReceiver: { status: 400, body: 'Missing receiver number, rejected' },
  emptyReceiver: { status: 400, body: 'Empty receiver number not allowed, rejected' },
  deniedReceivers: { status: 400, body: 'Number(s) has/have been denied by white- and/or black-lists.' },
  noSender: { status: 400, body: 'Sender missing and no global set, rejected' },
  account: { status: 400, body: 'Account field misformed or too long, rejected' },
  charset: { status: 400, body: 'Charset or body misformed, rejected' },
  notRoutable: { status: 403, body: 'Not routable. Do not try again.' },
  later: { status: 503, body: 'Temporal failure, try again later.' },
};

/** A variable with a value that it cannot have. */
export function misformed(field: string): Refusal {
  return new Refusal({ status: 400, body: `${field} field misformed, rejected` });
}
