/** A whole message centre inside a test: its own port, its own memory, handsets to look at. */
import { MemoryStore } from '@chappe/center';
import type { GatewayListener, InboxMessage, MessageView, WaitOptions } from '@chappe/gateway';
import { Gateway } from '@chappe/gateway';
import type { HandsetState } from './handsets/handset.ts';
import { checkPhone, checkQuery, checkSandboxOptions, type SandboxOptions } from './sandbox-options.ts';
import { Simulation } from './simulation.ts';

/** One simulated handset. */
export interface SandboxPhone {
  readonly msisdn: string;
  /** Writes a message (mobile originated) to a number or short code; settles with its ids when it is stored. */
  send(text: string, to: string): Promise<{ ids: string[] }>;
  /** Messages that it shows, eldest first. */
  inbox(): readonly InboxMessage[];
  /** Switches it. On lets waiting messages through at once. */
  setState(state: HandsetState): void;
  /** Its state. */
  state(): HandsetState;
}

/** A running sandbox. */
export interface Sandbox {
  /** The SMPP port. */
  readonly port: number;
  /** `smpp://127.0.0.1:PORT`; any system_id and password are right. */
  readonly url: string;
  /** Everything else. */
  readonly gateway: Gateway;
  /** All handsets. */
  readonly simulation: Simulation;
  /**
   * The newest message that fulfils a query (`to:447700900123 state:delivered`) or a condition, as soon as there is
   * one. Rejects with `GatewayError` CHAPPE_GATEWAY_TIMEOUT.
   */
  waitForMessage(
    query: string | ((message: MessageView) => boolean),
    options?: WaitOptions,
  ): Promise<MessageView>;
  /** Messages that fulfil a query (default: all), newest first, at most 1,000. */
  messages(query?: string): Promise<readonly MessageView[]>;
  /** The handset of that number. */
  phone(msisdn: string): SandboxPhone;
  /** Hears what happens; returns what ends it. */
  subscribe(listener: GatewayListener): () => void;
  /** Ends all sessions and forgets everything. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

// A test has looked long before.
const drainMs = 1_000;
const maxMessages = 1_000;

/**
 * Starts a sandbox in this process, in memory, on any free port; handsets answer after 1 to 10 ms. Rejects with
 * `GatewayError` CHAPPE_GATEWAY_INVALID for an option that is misspelt or wrong.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkSandboxOptions(options);
  const { smppPort = 0, handsets, smpp, ...rest } = options;
  const simulation = new Simulation({ delayMs: [1, 10], ...handsets }, rest.random);
  const gateway = await Gateway.start({
    ...rest,
    store: new MemoryStore(),
    smpp: { port: smppPort, ...smpp },
    outlets: simulation,
  });
  const close = (): Promise<void> => gateway.stop({ drainMs });
  return {
    port: gateway.smppPort,
    url: `smpp://${smpp?.host ?? '127.0.0.1'}:${gateway.smppPort}`,
    gateway,
    simulation,
    waitForMessage: async (query, wait) => {
      checkQuery('waitForMessage', query, wait);
      const { messages } = gateway;
      return typeof query === 'string' ? messages.wait(query, wait) : messages.waitFor(query, wait);
    },
    messages: async (query = '') => {
      checkQuery('messages', query, undefined);
      return (await gateway.messages.search(query, { limit: maxMessages })).messages;
    },
    phone: (msisdn) => phoneOf(gateway, simulation, msisdn),
    subscribe: (listener) => gateway.events.subscribe(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function phoneOf(gateway: Gateway, simulation: Simulation, msisdn: string): SandboxPhone {
  const { handsets } = simulation;
  checkPhone({ msisdn });
  return {
    msisdn,
    send: async (text, to) => {
      checkPhone({ msisdn, text, to });
      return simulation.send(gateway, { from: msisdn, to, text });
    },
    inbox: () => handsets.inbox(msisdn),
    setState: (state) => {
      checkPhone({ msisdn, state });
      handsets.setState(msisdn, state);
    },
    state: () => handsets.state(msisdn),
  };
}
