/** TLS and origins of the HTTP listener. */
import { expect, test } from 'vitest';
import { selfSigned } from '../../cli/src/start/self-signed.ts';
import { flawsOf, load, loaded, shortText } from './support/load.ts';

const pem = selfSigned(Date.UTC(2026, 0), Date.UTC(2027, 0));
const other = selfSigned(Date.UTC(2026, 0), Date.UTC(2027, 0));
const files = { 'c.pem': pem.cert, 'k.pem': pem.key, 'other.pem': other.key };

test('TLS has the form of that of SMPP', async () => {
  const { server } = await loaded('http: { tls: { cert: c.pem, key: k.pem, clientCa: c.pem } }', { files });
  expect(server.http.tls).toEqual({ cert: pem.cert, key: pem.key, clientCa: pem.cert });
});

test.each([
  ['{ cert: c.pem }', /"key" is missing/],
  ['{ cert: c.pem, key: other.pem }', /these certificates cannot be used/],
  ['{ cert: gone.pem, key: k.pem }', /ENOENT|cannot be read/],
])('TLS of %s is refused', async (tls, what) => {
  const found = await flawsOf(`http: { tls: ${tls} }`, { files });
  expect(found.map(shortText).join()).toMatch(what);
});

test('keys that cross the network in clear are warned of; with TLS they do not', async () => {
  const warned = async (tls: string): Promise<string> => {
    const result = await load(`http: { listen: 0.0.0.0:8080, adminKeyHash: ${'a'.repeat(64)}${tls} }`, {
      files,
    });
    if (!result.ok) throw new Error(result.flaws.map(shortText).join());
    return [...result.warnings, ...result.advice].map(({ message }) => message).join();
  };
  expect(await warned('')).toContain('in clear');
  expect(await warned(', tls: { cert: c.pem, key: k.pem }')).not.toContain('in clear');
});

test('origins, as browsers send them', async () => {
  const { server } = await loaded('http: { cors: [https://Console.example, "http://localhost:5173"] }');
  expect(server.http.cors).toEqual(['https://console.example', 'http://localhost:5173']);
  expect((await loaded('http: { cors: https://a.example }')).server.http.cors).toEqual(['https://a.example']);
});

test.each([
  ['"*"', /expected exact origins/],
  ['"https://*.example"', /expected exact origins/],
  ['https://a.example/', /write https:\/\/a\.example/],
  ['https://a.example/page', /write https:\/\/a\.example/],
  ['https://a.example:443', /write https:\/\/a\.example/],
  ['https://user:pw@a.example', /write https:\/\/a\.example/],
  ['a.example', /expected an origin such as/],
  ['"null"', /expected an origin such as/],
  ['file:///x', /expected an origin such as/],
])('the origin %s is refused', async (origin, what) => {
  const found = await flawsOf(`http: { cors: [${origin}] }`);
  expect(found.map(shortText).join()).toMatch(what);
});
