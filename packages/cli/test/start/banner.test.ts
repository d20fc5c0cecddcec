import { expect, test } from 'vitest';
import { programName } from '../../src/program-name.ts';
import { readSettings } from '../../src/settings/setting.ts';
import { type Banner, bannerLines, readyLine } from '../../src/start/banner.ts';
import { startSettings } from '../../src/start/settings.ts';

const plain = { style: (_: unknown, text: string) => text };

function banner(env: { readonly [name: string]: string } = {}, more: Partial<Banner> = {}): Banner {
  return {
    addresses: {
      smpp: { host: '127.0.0.1', port: 2775 },
      tls: { host: '127.0.0.1', port: 3550 },
      http: { host: '127.0.0.1', port: 8080 },
    },
    values: readSettings(startSettings, {}, { env: { CHAPPE_DATA: ':memory:', ...env }, readFile: () => '' }),
    version: '1.2.3',
    certificate: 'self-signed certificate',
    program: 'chappe',
    ...more,
  };
}

function textOf(shown: Banner): string {
  return bannerLines(shown, plain).join('\n');
}

test('where everything is, who may bind, and what to try', () => {
  expect(textOf(banner())).toBe(
    [
      'chappe 1.2.3  a message centre with simulated handsets; nothing leaves this machine',
      '  SMPP  127.0.0.1:2775   any system_id, any password',
      '  TLS   127.0.0.1:3550   self-signed certificate',
      '  HTTP  http://127.0.0.1:8080/api/v1   to try in a browser: http://127.0.0.1:8080/docs',
      '  Data  in memory, gone when this ends',
      '  Try   chappe send --to 447700900123 --text Hello --wait',
      '        numbers that end in 5550001 fail, 5550004 never report, 5550008 answer: docs/sandbox.md',
      '  Stop  Ctrl-C',
    ].join('\n'),
  );
});

test('accounts are named, their passwords never shown', () => {
  const text = textOf(banner({ CHAPPE_ACCOUNT: 'a b:hush1\nbeta:hush2' }));
  expect(text).toContain('accounts a b, beta');
  expect(text).toContain('chappe send --url smpp://a%20b:PASSWORD@127.0.0.1:2775 --to');
  expect(text).not.toContain('hush');
  const many = Array.from({ length: 9 }, (_, index) => `acme${index}:hush`).join('\n');
  expect(textOf(banner({ CHAPPE_ACCOUNT: many }))).toContain('acme4 and 4 more');
});

test('what is not there is not named; other ports and addresses are part of what to try', () => {
  const smpp = { host: '::', port: 4000 };
  const text = textOf(banner({}, { addresses: { smpp, tls: undefined, http: undefined } }));
  expect(text).not.toMatch(/TLS|HTTP/);
  expect(text).toContain('SMPP  [::]:4000');
  expect(text).toContain('send --url smpp://127.0.0.1:4000 --to');
});

test('an HTTP API that asks for a key says so, and not which', () => {
  const text = textOf(banner({ CHAPPE_HTTP_ADMIN_KEY: 'hush-hush-hush-hush' }));
  expect(text).toContain('asks for the key');
  expect(text).not.toContain('hush');
  expect(textOf(banner())).not.toContain('asks for the key');
});

test('the line of --json', () => {
  const { addresses } = banner();
  expect(JSON.parse(readyLine(banner(), 77))).toEqual({
    ...addresses,
    pid: 77,
    data: ':memory:',
    version: '1.2.3',
  });
  expect(JSON.parse(readyLine(banner({ CHAPPE_DATA: 'x' }), 77))).toMatchObject({
    data: `${process.cwd()}/x`,
  });
});

test('what it suggests can be typed as it stands', () => {
  expect(programName(['node', '/usr/bin/chappe'], {}, '/')).toBe('chappe');
  expect(programName(['node', '/home/x/build/chappe.mjs'], {}, '/home/x')).toBe('node build/chappe.mjs');
  expect(programName(['node', '/x/main.ts'], { npm_lifecycle_event: 'start' }, '/')).toBe(
    'npm run -s chappe --',
  );
});
