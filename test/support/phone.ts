import { until } from './inbox.ts';

/** A message as a handset of the sandbox shows it. */
export interface PhoneMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly [more: string]: unknown;
}

/** A simulated handset, spoken to by the HTTP API. */
export interface Phone {
  readonly number: string;
  /** What it received so far, oldest first. */
  inbox(): Promise<readonly PhoneMessage[]>;
  /** Waits until it received a message that matches. */
  received(what: string, matches: (message: PhoneMessage) => boolean): Promise<PhoneMessage>;
  /** Sends a message from it (mobile originated); rejects when the API refuses. */
  send(to: string, text: string): Promise<void>;
}

/** The handset with this number at a running Chappe. */
export function phone(httpUrl: string, number: string): Phone {
  const url = `${httpUrl}/api/v1/phones/${encodeURIComponent(number)}/messages`;
  const inbox = async (): Promise<readonly PhoneMessage[]> => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
    const body = (await response.json()) as { readonly messages: readonly PhoneMessage[] };
    return body.messages;
  };
  return {
    number,
    inbox,
    received: async (what, matches) => {
      let last: readonly PhoneMessage[] = [];
      try {
        return await until(what, async () => {
          last = await inbox();
          return last.find(matches);
        });
      } catch (error) {
        throw new Error(`phone ${number} did not get ${what}; it has ${JSON.stringify(last)}`, {
          cause: error,
        });
      }
    },
    send: async (to, text) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to, text }),
      });
      if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    },
  };
}
