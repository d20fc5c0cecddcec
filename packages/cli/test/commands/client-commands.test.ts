import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApi } from '@chappe/api';
import { type Sandbox, startSandbox } from '@chappe/sandbox';
import { type BindRequest, type Session, SmppServer, status } from '@chappe/smpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../src/start/self-signed.ts';
import { runCli, spawnCli, startCli } from '../support/run-cli.ts';

let sandbox: Sandbox;
let api: ReturnType<typeof buildApi>;
let apiUrl: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  api = buildApi({ gateway: sandbox.gateway, simulation: sandbox.simulation, version: '0.0.0' });
  apiUrl = await api.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await api.close();
  await sandbox.close();
});

function jsonLines(text: string): { readonly [name: string]: unknown }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly [name: string]: unknown });
}

const send = (...args: string[]) => runCli(['send', '--url', sandbox.url, ...args]);

describe('chappe send', () => {
  it('sends a text and waits for its receipt', async () => {
    const { code, out, talk } = await send(
      '--to',
      '447700900123',
      '--text',
      'Hello',
      '--from',
      'Chappe',
      '--wait',
    );
    expect(out).toMatch(/^accepted {2}[0-9a-f]+ {2}\(gsm7\)\nreceipt {3}DELIVERED {2}after \d+\.\d\d s\n$/);
    expect([code, talk]).toEqual([0, '']);
    const [shown] = sandbox.phone('447700900123').inbox();
    expect(shown).toMatchObject({ from: 'Chappe', text: 'Hello' });
  });

  it('says as JSON what it said as text', async () => {
    const { code, out } = await send('--to', '447700900124', '--text', 'é'.repeat(200), '--wait', '--json');
    const [accepted, receipt] = jsonLines(out);
    expect(code).toBe(0);
    expect(accepted).toMatchObject({ event: 'accepted', segments: 2, coding: 'gsm7', to: '447700900124' });
    expect(accepted?.ids).toHaveLength(2);
    expect(receipt).toMatchObject({ event: 'receipt', state: 'DELIVERED', delivered: true });
    expect(receipt?.receipts).toHaveLength(2);
  });

  it('takes text from standard input, octets, TLVs, and how a long text is cut', async () => {
    expect(
      (
        await runCli(['send', '--url', sandbox.url, '--to', '447700900125', '--file', '-'], {
          input: 'piped\n',
        })
      ).code,
    ).toBe(0);
    expect((await send('--to', '447700900126', '--hex', 'dead beef', '--tlv', '0x1403=hex:01')).code).toBe(0);
    expect((await send('--to', '447700900127', '--text', 'x'.repeat(300), '--long', 'payload')).code).toBe(0);
    const [piped] = await sandbox.messages('to:447700900125');
    expect(piped?.text).toBe('piped');
    const octets = await sandbox.waitForMessage('to:447700900126 state:delivered');
    expect(octets.hex).toBe('deadbeef');
    expect((await sandbox.messages('to:447700900127'))[0]?.text).toBe('x'.repeat(300));
  });

  it('ends with 7 when the message is not delivered, with 5 when it is refused', async () => {
    const failed = await send('--to', '447705550001', '--text', 'x', '--wait');
    expect(failed.code).toBe(7);
    expect(failed.out).toContain('UNDELIVERABLE');
    const refused = await send('--to', '447705550006', '--text', 'x');
    expect(refused.code).toBe(5);
    expect(refused.talk).toMatch(/^chappe: submit_sm_resp: ESME_RINVDSTADR \(.*\)\n$/);
  });

  describe('binds', () => {
    const binds: unknown[] = [];
    let server: SmppServer;
    beforeAll(async () => {
      server = await SmppServer.listen({
        port: 0,
        authenticate: ({ kind, pdu }) => {
          binds.push([kind, pdu.interface_version]);
          return { accept: true };
        },
        operations: { submit_sm: () => ({ message_id: 'm1' }) },
      });
    });
    afterAll(() => server.close({ drainMs: 0 }));

    it.each<[string, string[], number, unknown[]]>([
      ['', [], 0, ['transceiver', 0x34]],
      ['', ['--smpp-version', '3.3'], 0, ['transmitter', 0x33]],
      ['', ['--smpp-version', '3.3', '--bind', 'transmitter'], 0, ['transmitter', 0x33]],
      ['', ['--smpp-version', '5.0'], 0, ['transceiver', 0x50]],
      ['?version=3.3', [], 0, ['transmitter', 0x33]],
      ['?version=5.0&bind=tx', [], 0, ['transmitter', 0x50]],
      ['?version=3.3', ['--smpp-version', '3.4'], 0, ['transceiver', 0x34]],
      ['?bind=tx', ['--bind', 'transceiver'], 0, ['transceiver', 0x34]],
    ])('URL %j and %j', async (query, args, code, bind) => {
      binds.length = 0;
      const url = `smpp://127.0.0.1:${server.port}${query}`;
      const result = await runCli(['send', '--url', url, '--to', '447700900123', '--text', 'hi', ...args]);
      expect([result.talk, result.code]).toEqual(['', code]);
      expect(binds).toEqual([bind]);
    });

    it.each<[string, string[], string]>([
      ['', ['--smpp-version', '3.3', '--bind', 'transceiver'], 'which SMPP 3.3 does not have'],
      ['?version=3.3&bind=trx', [], 'which SMPP 3.3 does not have'],
      ['', ['--smpp-version', '3.5'], '"3.5": expected'],
      ['?version=34', [], 'version'],
    ])('not, and says why: URL %j and %j', async (query, args, words) => {
      binds.length = 0;
      const url = `smpp://127.0.0.1:${server.port}${query}`;
      const result = await runCli(['send', '--url', url, '--to', '447700900123', '--text', 'hi', ...args]);
      expect(result.code).toBe(2);
      expect(result.talk).toContain(words);
      expect(binds).toEqual([]);
    });

    it('to listen as receiver, at 3.3 too, unless told otherwise', async () => {
      for (const [query, args, bind] of [
        ['', [], ['receiver', 0x34]],
        ['', ['--smpp-version', '3.3'], ['receiver', 0x33]],
        ['?bind=trx', [], ['transceiver', 0x34]],
        ['?bind=trx', ['--bind', 'receiver'], ['receiver', 0x34]],
      ] as const) {
        binds.length = 0;
        const url = `smpp://127.0.0.1:${server.port}${query}`;
        await runCli(['listen', '--url', url, '--timeout', '1ms', ...args]);
        expect(binds).toEqual([bind]);
      }
    });
  });

  it('ends with 6 when no receipt comes in time', async () => {
    const { code, talk } = await send('--to', '447705550004', '--text', 'x', '--wait', '--timeout', '300ms');
    expect(code).toBe(6);
    expect(talk).toContain('no final receipt in 300 ms');
  });

  it('refuses a text that its coding does not hold, as the HTTP API does, unless it is told what stands for it', async () => {
    const args = ['--to', '447700900601', '--text', 'hi 👋 日本', '--coding', 'gsm7'];
    const refused = await send(...args);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.talk).toContain('gsm7 has no "👋"');
    const answer = await fetch(`${apiUrl}/api/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account: 'a', to: '447700900601', text: 'hi 👋 日本', coding: 'gsm7' }),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('gsm7 has no')]);
    const replaced = await send(...args, '--replace', '?');
    expect([replaced.code, replaced.talk]).toEqual([0, expect.stringContaining('👋 日 本')]);
    const asJson = await send(...args, '--replace', '', '--json');
    expect(jsonLines(asJson.out)[0]?.replaced).toHaveLength(3);
    expect((await sandbox.messages('to:447700900601')).map(({ text }) => text).sort()).toEqual([
      'hi  ',
      'hi ? ??',
    ]);
  });

  it('gets its receipt behind those of earlier runs, whether refused ones go to the end or stay in the way', async () => {
    for (const retry of ['last', 'first'] as const) {
      const queue = Array.from({ length: 15 }, (_, n) => `old-${n}`);
      const centre = await SmppServer.listen({
        port: 0,
        authenticate: () => ({ accept: true }),
        operations: {
          submit_sm: (_pdu, session) => {
            queue.push('new-1');
            setImmediate(() => next(session));
            return { message_id: 'new-1' };
          },
        },
      });
      const next = (session: Session): void => {
        const id = queue.shift();
        if (id === undefined) return;
        const words = `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:`;
        const pdu = { esm_class: 4, source_addr: '447700900123', short_message: Buffer.from(words) };
        session.send({ command: 'deliver_sm', ...pdu }, (result) => {
          if (result instanceof Error) return;
          if (result.command_status !== 0) retry === 'last' ? queue.push(id) : queue.unshift(id);
          next(session);
        });
      };
      const url = `smpp://me:secret@127.0.0.1:${centre.port}`;
      const { code, out } = await runCli([
        'send',
        '--url',
        url,
        '--to',
        '447700900123',
        '--text',
        'x',
        '--wait',
      ]);
      await centre.close({ drainMs: 0 });
      expect([code, out]).toEqual([0, expect.stringContaining('DELIVERED')]);
    }
  });

  it('says which segments were taken when one is refused', async () => {
    let count = 0;
    const centre = await SmppServer.listen({
      port: 0,
      authenticate: () => ({ accept: true }),
      operations: {
        submit_sm: () =>
          ++count === 3 ? { command_status: status.ESME_RSUBMITFAIL } : { message_id: `m${count}` },
      },
    });
    const url = `smpp://me:secret@127.0.0.1:${centre.port}`;
    const { code, out, talk } = await runCli(['send', '--url', url, '--to', '1', '--text', 'x'.repeat(700)]);
    await centre.close();
    expect([code, out]).toEqual([5, 'accepted  m1 m2 m4 m5  (4 of 5 segments)\n']);
    expect(talk).toContain('of 5 segments, taken: 1, 2, 4, 5');
  });

  it('ends with 3 without a server, with 4 when the bind is refused', async () => {
    const nobody = await runCli(['send', '--url', 'smpp://127.0.0.1:1', '--to', '1', '--text', 'x']);
    expect(nobody.code).toBe(3);
    expect(nobody.talk).toMatch(/^chappe: cannot connect to 127\.0\.0\.1:1: .*\n {2}.*chappe start.*\n$/);
    const closed = await SmppServer.listen({
      port: 0,
      authenticate: () => ({ accept: false, status: status.ESME_RINVPASWD }),
      operations: {},
    });
    const url = `smpp://me:secret@127.0.0.1:${closed.port}`;
    const refused = await runCli(['send', '--url', url, '--to', '1', '--text', 'x']);
    await closed.close();
    expect(refused.code).toBe(4);
    expect(refused.talk).toContain('bind refused: ESME_RINVPASWD');
    expect(refused.talk).not.toContain('secret');
  });

  it('is named by the URL, however its scheme is written, and speaks TLS where that says so', async () => {
    const { cert, key } = selfSigned(Date.now() - 1000, Date.now() + 3_600_000);
    const names: unknown[] = [];
    const options = {
      port: 0,
      authenticate: ({ pdu, remote }: BindRequest) => {
        names.push([pdu.system_id, remote.tls]);
        return { accept: true } as const;
      },
      operations: { submit_sm: () => ({ message_id: '1' }) },
    };
    const plain = await SmppServer.listen(options);
    const secure = await SmppServer.listen({ ...options, tls: { cert, key } });
    const urls = [
      `smpp://me:pw@127.0.0.1:${plain.port}`,
      `SMPP://me:pw@127.0.0.1:${plain.port}`,
      ` Smpp://me:pw@127.0.0.1:${plain.port}`,
      `smpp://127.0.0.1:${plain.port}`,
      `smpps://me:pw@127.0.0.1:${secure.port}`,
      `ssmpp://me:pw@127.0.0.1:${secure.port}`,
      `SSMPP://me:pw@127.0.0.1:${secure.port}`,
    ];
    for (const url of urls) {
      const args = ['send', '--url', url, '--to', '447700900123', '--text', 'x', '--insecure'];
      expect([url, (await runCli(args)).code]).toEqual([url, 0]);
    }
    await Promise.all([plain.close(), secure.close()]);
    const me = ['me', false];
    expect(names).toEqual([me, me, me, ['chappe', false], ['me', true], ['me', true], ['me', true]]);
  });

  it('takes a text in UTF-8 from a file or standard input, with a byte order mark too, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-text-'));
    const file = join(folder, 'text');
    const cases: readonly (readonly [Buffer, string | undefined])[] = [
      [Buffer.from('café'), 'café'],
      [Buffer.from('\ufeffcafé'), 'café'],
      [Buffer.from('café', 'latin1'), undefined],
      [Buffer.from('\ufeffcafé', 'utf16le'), undefined],
      [Buffer.from([0x61, 0xed, 0xa0, 0xbd]), undefined],
    ];
    let last = 447_700_933_000;
    for (const [octets, text] of cases) {
      writeFileSync(file, octets);
      for (const [name, input] of [
        [file, undefined],
        ['-', octets],
      ] as const) {
        const to = String(++last);
        const args = ['send', '--url', sandbox.url, '--to', to, '--wait', '--file', name];
        const { code, talk } = await runCli(args, { ...(input !== undefined && { input }) });
        expect([name, code]).toEqual([name, text === undefined ? 2 : 0]);
        if (text === undefined) expect(talk).toContain('is no text in UTF-8');
        expect(
          sandbox
            .phone(to)
            .inbox()
            .map((shown) => shown.text),
        ).toEqual(text === undefined ? [] : [text]);
      }
    }
    rmSync(folder, { recursive: true });
  });

  it('sends the name and the password that it is given, however long they are', async () => {
    const binds: unknown[] = [];
    const strict = await SmppServer.listen({
      port: 0,
      authenticate: ({ pdu }) => {
        binds.push([pdu.system_id, pdu.password, pdu.system_type, pdu.address_range]);
        return { accept: true };
      },
      operations: { submit_sm: () => ({ message_id: '1' }) },
    });
    const given = ['n'.repeat(19), 'p'.repeat(31), 't'.repeat(13), '^'.repeat(41)];
    const flags = ['--system-id', '--password', '--system-type', '--address-range'];
    const args = flags.flatMap((flag, at) => [flag, given[at]!]);
    const url = `smpp://127.0.0.1:${strict.port}`;
    const { code } = await runCli(['send', '--url', url, ...args, '--to', '447700900123', '--text', 'x']);
    await strict.close();
    expect([code, binds]).toEqual([0, [given]]);
  });

  it('speaks TLS, and takes no certificate that it cannot trust', async () => {
    const { cert, key } = selfSigned(Date.now() - 1000, Date.now() + 3_600_000);
    const folder = mkdtempSync(join(tmpdir(), 'chappe-tls-'));
    const secure = await startSandbox({ tls: { port: 0, cert, key } });
    try {
      const ca = join(folder, 'ca.pem');
      writeFileSync(ca, cert);
      const args = [
        'send',
        '--url',
        `smpps://127.0.0.1:${secure.gateway.tlsPort}`,
        '--to',
        '447700900501',
        '--text',
        'x',
      ];
      const stranger = await runCli(args);
      expect([stranger.code, stranger.talk]).toEqual([3, expect.stringContaining('--ca FILE')]);
      expect((await runCli([...args, '--ca', ca])).code).toBe(0);
      expect((await runCli([...args, '--insecure'])).code).toBe(0);
      const mixed = await runCli([
        'send',
        '--url',
        `smpps://127.0.0.1:${secure.port}`,
        '--to',
        '1',
        '--text',
        'x',
      ]);
      expect([mixed.code, mixed.talk]).toEqual([3, expect.stringContaining('smpp:// instead of smpps://')]);
    } finally {
      await secure.close();
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [['--text', 'x'], '--to is missing'],
    [['--to', '1'], 'exactly one of --text, --file and --hex'],
    [['--to', '1', '--text', 'x', '--hex', '00'], 'exactly one of --text, --file and --hex'],
    [['--to', '1', '--hex', 'zz'], '"z" is no hexadecimal digit'],
    [['--to', '1', '--text', 'x', '--priority', '9'], '--priority: "9": expected a whole number from 0 to 3'],
    [['--to', '1', '--text', 'x', '--url', 'http://x'], 'unknown scheme http:'],
    [['--to', '1', '--file', '/nowhere/text'], 'no such file'],
    [['--to', '1', '--text', 'x', '--bind', 'receiver'], 'a receiver cannot send'],
    [['--to', '1', '--text', 'x', '--url', 'smpp://127.0.0.1?bind=rx'], 'a receiver cannot send'],
    [['--to', '1', '--text', 'x', '--url', 'smpp://u:100%@127.0.0.1'], '%25 for %'],
    [['--to', '1', '--text', 'x', '--url', 'smpp://u:12#34@127.0.0.1:2775'], '%23 for #'],
    [['--to', '1', '--text', 'x', '--url', 'smpp://127.0.0.1?systemtype=x'], 'did you mean system_type?'],
  ])('ends with 2 for %j', async (args, message) => {
    const { code, talk, out } = await runCli(['send', ...args]);
    expect(talk).toContain(message);
    expect([code, out]).toEqual([2, '']);
  });
});

describe('chappe listen', () => {
  it('prints messages as they come, and ends after so many', async () => {
    const listening = startCli([
      'listen',
      '--url',
      sandbox.url,
      '--count',
      '2',
      '--timeout',
      '15s',
      '--json',
    ]);
    await listening.line('listening: receiver at 127.0.0.1');
    await sandbox.phone('447700900201').send('Bonjour\n\u001b[2J', '60100');
    await sandbox.phone('447700900202').send('é'.repeat(200), '60100');
    const { code, out } = await listening.ended;
    expect(code).toBe(0);
    expect(jsonLines(out)).toEqual([
      expect.objectContaining({
        kind: 'message',
        from: '447700900201',
        to: '60100',
        text: 'Bonjour\n\u001b[2J',
        segments: 1,
      }),
      expect.objectContaining({ kind: 'message', from: '447700900202', text: 'é'.repeat(200), segments: 2 }),
    ]);
    // They were acknowledged: nobody else gets them.
    const states = await Promise.all(
      ['447700900201', '447700900202'].map(
        async (from) => (await sandbox.waitForMessage(`from:${from} is:final`)).state,
      ),
    );
    expect(states).toEqual(['delivered', 'delivered']);
  });

  it('tells a first connection that fails once, and of no other try', async () => {
    const { code, talk } = await runCli(['listen', '--url', 'smpp://127.0.0.1:1']);
    expect(code).toBe(3);
    expect(talk.match(/cannot connect/g)).toHaveLength(1);
    expect(talk).not.toContain('again in');
  });

  it('says that a transmitter will hardly hear of anything', async () => {
    const args = ['listen', '--url', sandbox.url, '--bind', 'transmitter', '--timeout', '1ms'];
    expect((await runCli(args)).talk).toContain('bound as transmitter');
  });

  it('prints no control character of a message', async () => {
    const listening = startCli(['listen', '--url', sandbox.url, '--count', '1', '--timeout', '15s']);
    await listening.line('listening');
    await sandbox.phone('447700900203').send('a\nreceipt  all is well\u001b[2J', '60100');
    expect((await listening.ended).out).toBe(
      'message  447700900203 -> 60100  "a\\nreceipt  all is well\\u001b[2J"\n',
    );
  });

  it('ends with 6 when too few come in time, and with 0 on Ctrl-C', async () => {
    const { code, talk } = await runCli([
      'listen',
      '--url',
      sandbox.url,
      '--count',
      '1',
      '--timeout',
      '200ms',
    ]);
    expect([code, talk]).toEqual([6, expect.stringContaining('0 of 1 came')]);
    const listening = startCli(['listen', '--url', sandbox.url]);
    await listening.line('listening');
    listening.kill('SIGINT');
    expect((await listening.ended).code).toBe(0);
  });
});

describe('chappe bench', () => {
  it('sends that many, counts every receipt, and measures', async () => {
    const args = [
      '--to',
      '449900000000',
      '--messages',
      '500',
      '--binds',
      '2',
      '--window',
      '10',
      '--receipts',
      '--json',
    ];
    const { code, out } = await runCli(['bench', '--url', sandbox.url, ...args]);
    expect(code).toBe(0);
    const [summary] = jsonLines(out);
    expect(summary).toMatchObject({
      submitted: 500,
      accepted: 500,
      errors: 0,
      receipts: 500,
      lost: 0,
      duplicates: 0,
      strangers: 0,
      undelivered: 0,
      crossed: [],
    });
    const { submit_p50, submit_p99, submit_max, receipt_p50 } = summary as {
      readonly [name: string]: number;
    };
    expect(submit_p50).toBeGreaterThan(0);
    expect(submit_p99).toBeGreaterThanOrEqual(submit_p50!);
    expect(submit_max).toBeGreaterThanOrEqual(submit_p99!);
    expect(receipt_p50).toBeGreaterThanOrEqual(1);
  });

  it('keeps to its rate', async () => {
    const args = ['--to', '449900000000', '--rate', '200/s', '--messages', '100', '--json'];
    const { out } = await runCli(['bench', '--url', sandbox.url, ...args]);
    const [summary] = jsonLines(out);
    // The last leaves 495 ms after the first; no machine is too slow for that, but it may be late.
    expect(summary?.rate as number).toBeLessThan(210);
    expect(summary?.seconds as number).toBeGreaterThanOrEqual(0.49);
  });

  it('ends with 7 when a threshold is crossed, and says which', async () => {
    const args = [
      '--to',
      '449900000000',
      '--messages',
      '20',
      '--fail',
      'submit_p50>0us',
      '--fail',
      'errors>0',
    ];
    const { code, out } = await runCli(['bench', '--url', sandbox.url, ...args]);
    expect(code).toBe(7);
    expect(out).toContain('failed: submit_p50>0us');
    expect(out).not.toContain('failed: errors');
  });

  it('ends with 8 when messages are refused, and says why', async () => {
    const args = ['--messages', '20', '--to', '447705550006', '--numbers', '1'];
    const { code, out } = await runCli(['bench', '--url', sandbox.url, ...args]);
    expect(code).toBe(8);
    expect(out).toContain('ESME_RINVDSTADR  20');
  });
});

describe('chappe messages --id', () => {
  it('takes the id of an operator, too', async () => {
    const asked: string[] = [];
    const message = { id: 'a1', kind: 'mt', account: 'acme', from: '', to: '44', text: 'Hello', hex: null };
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '');
      asked.push(path);
      const isList = path.startsWith('/api/v1/messages?');
      const body = isList
        ? { messages: [{ ...message, segments: [{}] }], next: null }
        : { ...message, state: 'delivered', segments: [{}], timeline: [] };
      response.writeHead(path.endsWith('/m2') ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(path.endsWith('/m2') ? { code: 'not_found', detail: 'no message' } : body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, out } = await runCli([
      'messages',
      '--api',
      `http://127.0.0.1:${port}`,
      '--id',
      'm2',
      '--json',
    ]);
    server.close();
    expect([code, JSON.parse(out).id]).toEqual([0, 'a1']);
    expect(asked).toEqual([
      '/api/v1/messages/m2',
      '/api/v1/messages?q=reference:m2&limit=1',
      '/api/v1/messages/a1',
    ]);
  });
});

describe('chappe phone and chappe messages', () => {
  const phone = (...args: string[]) => runCli(['phone', '--api', apiUrl, ...args]);
  const messages = (...args: string[]) => runCli(['messages', '--api', apiUrl, ...args]);

  it('switch a handset and show its inbox', async () => {
    expect((await phone('447700900301', 'off')).out).toBe('447700900301 is off\n');
    expect(sandbox.phone('447700900301').state()).toBe('off');
    await send('--to', '447700900301', '--text', 'later');
    expect((await phone('447700900301', 'on')).code).toBe(0);
    await sandbox.waitForMessage('to:447700900301 state:delivered');
    const { out, talk } = await phone('447700900301');
    expect(out).toMatch(/^\S+ +\S* *"later"\n$/);
    expect(talk).toBe('447700900301 is on, 1 messages\n');
    expect((await phone('ls')).out).toContain('447700900301');
  });

  it('send from a handset', async () => {
    const { code, out } = await phone('447700900302', 'send', '60100', 'STOP', 'it');
    expect([code, out]).toEqual([0, expect.stringMatching(/^accepted {2}\S+\n$/)]);
    expect((await sandbox.messages('from:447700900302'))[0]?.text).toBe('STOP it');
  });

  it('search, show a timeline, and wait', async () => {
    const sent = jsonLines((await send('--to', '447700900303', '--text', 'find me', '--json')).out)[0] as {
      readonly ids: readonly string[];
    };
    const waited = await messages('--wait', 'to:447700900303', 'state:delivered', '--json');
    expect(jsonLines(waited.out)[0]).toMatchObject({ id: sent.ids[0], state: 'delivered', text: 'find me' });
    const list = await messages('to:447700900303');
    expect(list.out).toContain(`${sent.ids[0]}  delivered`);
    const one = await messages('--id', sent.ids[0]!);
    expect(one.out).toMatch(/^state +delivered$[\s\S]* accepted\b[\s\S]* delivered +lane=/m);
  });

  it('end with 5, 6 and 3 as it should be', async () => {
    const unknown = await messages('--id', 'nothing');
    expect((await messages('--id', 'operators-7')).code).toBe(unknown.code);
    expect(unknown.code).toBe(5);
    const late = await messages('--wait', 'to:447799999999', '--timeout', '100ms');
    expect(late.code).toBe(6);
    const nobody = await runCli(['phone', '--api', 'http://127.0.0.1:1', 'ls']);
    expect([nobody.code, nobody.talk]).toEqual([
      3,
      expect.stringContaining('cannot reach http://127.0.0.1:1'),
    ]);
    expect((await phone('447700900303', 'dance')).code).toBe(2);
  });
});

describe('chappe decode', () => {
  const enquireLink = '00000010000000150000000000000007';

  it('shows every field with its place', async () => {
    const { code, out } = await runCli(['decode', enquireLink]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'enquire_link  sequence 7  ESME_ROK  16 octets',
        '  0000  00 00 00 10  command_length   16',
        '  0004  00 00 00 15  command_id       21  enquire_link',
        '  0008  00 00 00 00  command_status   0  ESME_ROK: Success',
        '  000c  00 00 00 07  sequence_number  7',
        '',
      ].join('\n'),
    );
  });

  it('reads standard input, several PDUs, and prints JSON', async () => {
    const { out } = await runCli(['decode', '--json'], { input: `${enquireLink}\n${enquireLink}\n` });
    expect(jsonLines(out)).toHaveLength(2);
    expect(jsonLines(out)[1]).toMatchObject({ command: 'enquire_link', sequence_number: 7, octets: 16 });
  });

  it('makes a finding of --lint an exit code', async () => {
    const bad = '00000010000000150000000800000000';
    const good = await runCli(['decode', '--lint', enquireLink]);
    expect([good.code, good.out.includes('[')]).toEqual([0, false]);
    const malformed = await runCli(['decode', '--lint', `${enquireLink.slice(0, 20)}`]);
    expect([malformed.code, malformed.out]).toEqual([7, expect.stringContaining('[malformed]')]);
    const warned = await runCli(['decode', '--lint', bad]);
    expect([warned.code, warned.out]).toEqual([0, expect.stringContaining('[status-in-request]')]);
  });

  it('reads a capture, and says what is no capture', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-decode-'));
    try {
      const path = join(folder, 'no.pcap');
      writeFileSync(path, 'no capture');
      const { code, talk } = await runCli(['decode', '--pcap', path]);
      expect([code, talk]).toEqual([2, expect.stringContaining('neither pcap nor pcapng')]);
      const missing = await runCli(['decode', '--pcap', join(folder, 'missing.pcap')]);
      expect([missing.code, missing.talk]).toEqual([2, expect.stringContaining('no such file')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the process', () => {
  it('exits with the code of the command, data on one stream and talk on the other', async () => {
    const refused = await spawnCli(['send', '--url', sandbox.url, '--to', '447705550006', '--text', 'x'])
      .ended;
    expect([refused.code, refused.out]).toEqual([5, '']);
    expect(refused.talk).toContain('ESME_RINVDSTADR');
    const sent = await spawnCli([
      'send',
      '--url',
      sandbox.url,
      '--to',
      '447700900400',
      '--text',
      'x',
      '--wait',
    ]).ended;
    expect([sent.code, sent.talk]).toEqual([0, '']);
  });

  it('ends in order on a signal', async () => {
    // A message that an earlier test sent from a handset may come first.
    const listening = spawnCli(['listen', '--url', sandbox.url, '--only', 'receipt']);
    await listening.line('listening');
    listening.kill('SIGTERM');
    expect(await listening.ended).toMatchObject({ code: 0, out: '' });
  });
});

describe('chappe', () => {
  it('helps: commands, flags, defaults, variables, examples', async () => {
    const { code, out } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const name of ['start', 'send', 'listen', 'bench', 'decode', 'phone', 'messages']) {
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
    const help = await runCli(['send', '--help']);
    expect(help.out).toContain('CHAPPE_URL');
    expect(help.out).toContain('chappe send --to 447700900123');
  });

  it.each([
    [['decod'], 'Did you mean decode?'],
    [['send', '--txt', 'x'], 'Did you mean --text?'],
    [['send', '--to'], "option '-t, --to <number>' argument missing"],
    [['decode', '--filter', 'submitsm', '00'], 'did you mean submit_sm?'],
  ])('ends with 2 for %j', async (args, message) => {
    const { code, talk, out } = await runCli(args);
    expect([code, out]).toEqual([2, '']);
    expect(talk).toContain(message);
    expect(talk).toMatch(/^chappe: /);
  });

  it('takes values from variables and from the files they name', async () => {
    const { code, talk } = await runCli(['send', '--to', '1', '--text', 'x'], {
      env: { CHAPPE_URL: 'smpp://127.0.0.1:1' },
    });
    expect([code, talk]).toEqual([3, expect.stringContaining('127.0.0.1:1')]);
    const wrong = await runCli(['send', '--to', '1', '--text', 'x'], {
      env: { CHAPPE_URL_FILE: '/nowhere' },
    });
    expect([wrong.code, wrong.talk]).toEqual([
      2,
      expect.stringContaining('CHAPPE_URL_FILE: cannot read /nowhere'),
    ]);
  });
});
