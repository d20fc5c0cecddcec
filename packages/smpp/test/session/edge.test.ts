/** A mistake of ours behind one session ends that session and is told; nobody else notices. */
import type { PduInput, PduOf } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { Edge, type Edged } from '../../src/session/edge.ts';
import { settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { SessionPair } from '../support/session-pair.ts';

const submit = (text: string): PduInput => ({
  command: 'submit_sm',
  destination_addr: '447700900123',
  short_message: Buffer.from(text),
});

describe('a session', () => {
  it.each([1, 2])('ends when what serves it throws, be it %i times, and tells why', async (times) => {
    const pair = await new SessionPair().bind();
    const [, transport] = pair.transports;
    const write = transport.write.bind(transport);
    let left = times;
    transport.write = (bytes) => {
      if (left-- > 0) throw new TypeError('a mistake of the transport');
      write(bytes);
    };
    const results: unknown[] = [];
    pair.mcOwner.handle = (session, pdu) => session.respond(pdu as PduOf<'submit_sm'>, { message_id: '1' });
    pair.esme.send(submit('x'), (result) => results.push(result));
    pair.esme.send(submit('y'), (result) => results.push(result));
    await settle();
    expect(pair.mcOwner.errors).toMatchObject([{ message: 'a mistake of the transport' }]);
    expect(pair.mcOwner.ends).toEqual(['mistake']);
    expect(pair.esmeOwner.ends).toEqual(['connection_lost']);
    expect(results).toMatchObject([{ reason: 'connection_lost' }, { reason: 'connection_lost' }]);
  });

  it('is over for who closes it, although its owner throws when it hears of the end', async () => {
    const pair = await new SessionPair().bind();
    pair.mcOwner.onEnd = () => {
      throw new Error('a mistake of the owner');
    };
    const closed = pair.mc.close({ drainMs: 0 });
    await settle();
    await closed;
    expect(pair.mcOwner.errors).toMatchObject([{ message: 'a mistake of the owner' }]);
  });
});

describe('the edge of a session', () => {
  const calls: readonly [name: string, call: (edge: Edge) => void][] = [
    ['receive', (edge) => edge.onBytes(new Uint8Array(1))],
    ['drain', (edge) => edge.onDrain()],
    ['end', (edge) => edge.onEnd(undefined)],
    ['turn', (edge) => edge.onTurn()],
    ['timer', (edge) => edge.onWake(0)],
  ];

  it.each(calls)('lets nothing through: %s', (name, call) => {
    const told: string[] = [];
    let cut = 0;
    const throws = (): never => {
      throw new Error('mistake');
    };
    const session: Edged = {
      onBytes: throws,
      onDrain: throws,
      onEnd: throws,
      onTurn: throws,
      onWake: throws,
      onMistake: (_, where) => {
        told.push(where);
        throw new Error('and another');
      },
    };
    const [transport] = memoryPair();
    const destroy = transport.destroy.bind(transport);
    transport.destroy = () => {
      cut += 1;
      destroy();
    };
    call(new Edge(session, transport));
    expect([told, cut]).toEqual([[name], 1]);
  });
});
