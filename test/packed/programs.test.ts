/** The examples, compiled in a project that has the tarballs installed, and the program that @chappe/cli brings. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { publicPackages, root } from '../../scripts/packages.ts';
import { fencesOf } from '../docs/markdown.ts';
import { documentedPort } from '../docs/snippets.ts';
import { phone } from '../support/phone.ts';
import { Program, type ProgramExit } from '../support/program.ts';
import { type Centre, centreOf, launcherIn } from './centre.ts';
import { environment, finished } from './run.ts';

const { whole, nodes } = inject('packed');
const online = whole !== undefined;
const folder = whole ?? '';
/** Where the gateway and the sandbox run. */
const gatewayNodes = Object.keys(nodes).filter((version) => Number(version) >= 22);

function started(
  version: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const node = nodes[version]!;
  const program = new Program(node, args, { cwd: folder, env: environment({ cwd: folder, node, env }) });
  onTestFinished(async () => void (await program.stop()));
  return program;
}

/** A centre for one test. */
async function centre(version: string): Promise<Centre> {
  const running = await centreOf(folder, nodes[version]!);
  onTestFinished(() => running.stop());
  return running;
}

function example(version: string, name: string, env: Readonly<Record<string, string>>): Program {
  return started(version, [join('out', `${name}.js`)], env);
}

/** Every way in, so that its declarations are checked and its code is loaded. */
const doors = publicPackages().flatMap(({ name, manifest }) =>
  Object.keys(manifest.exports ?? {}).map((entry) => posix.join(name, entry)),
);
const allDoors = doors.map(
  (door, at) =>
    `import * as door${at} from '${door}';\nconsole.log('${door}', Object.keys(door${at}).length);\n`,
);

/** The first lines of code that a reader of README sees. */
const readme = fencesOf('README.md').find(
  ({ language, code }) => language === 'ts' && code.includes('.send('),
);

const well: ProgramExit = { code: 0, signal: null };

beforeAll(async () => {
  if (!online) return;
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  writeFileSync(join(folder, 'examples', 'readme.ts'), readme?.code ?? '');
  writeFileSync(join(folder, 'examples', 'doors.ts'), allDoors.join(''));
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'] };
  const lib = ['es2022', 'esnext.disposable'];
  const tsconfig = { compilerOptions: { ...compilerOptions, lib, outDir: 'out' }, include: ['examples'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await finished(process.execPath, [join(folder, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder]);
});

/** A centre's port in place of the one that documents name. */
function withPort(text: string, port: number): string {
  expect(text).toContain(documentedPort);
  return text.replaceAll(documentedPort, String(port));
}

test.runIf(online)('what README prints first runs as printed, without a compiler', async () => {
  const { smppPort } = await centre(gatewayNodes.at(-1)!);
  const file = join(folder, 'readme.mjs');
  writeFileSync(file, withPort(readme?.code ?? '', smppPort));
  expect(await finished(process.execPath, [file], { cwd: folder })).toContain('DELIVERED');
});

describe.runIf(online).each(Object.keys(nodes))('on Node %s', (version) => {
  const centreVersion = gatewayNodes.includes(version) ? version : gatewayNodes.at(-1)!;

  test('what README prints first, compiled', async () => {
    const { smppPort } = await centre(centreVersion);
    const file = join(folder, 'out', `readme-${version}.js`);
    writeFileSync(file, withPort(readFileSync(join(folder, 'out', 'readme.js'), 'utf8'), smppPort));
    expect(await finished(nodes[version]!, [file], { cwd: folder })).toContain('DELIVERED');
  });

  test('send, to a centre that the program runs', async () => {
    const { smppPort, http } = await centre(centreVersion);
    const sent = example(version, 'send', { SMPP_URL: `smpp://demo:secret@127.0.0.1:${smppPort}` });
    await sent.line('the receipt', ({ text }) => text === '447700900123: DELIVERED');
    expect(await sent.exit).toEqual(well);
    expect(await phone(http, '447700900123').inbox()).toMatchObject([{ text: 'Hello from the tower' }]);
  });

  test('receive', async () => {
    const { smppPort, http } = await centre(centreVersion);
    const receiving = example(version, 'receive', { SMPP_URL: `smpp://demo:secret@127.0.0.1:${smppPort}` });
    await receiving.line('being bound', ({ text }) => text === 'listening as 60100');
    const handset = phone(http, '447700900778');
    await handset.send('60100', 'Hello?');
    await handset.received('the answer', ({ text }) => text === 'You wrote: Hello?');
    expect(await receiving.stop('SIGINT')).toEqual(well);
  });

  test('server, and send to it', async () => {
    const server = example(version, 'server', { PORT: '0' });
    const { text } = await server.line('its port', (line) => line.text.startsWith('listening on '));
    const url = `smpp://acme:secret@127.0.0.1:${text.split(' ').at(-1)}`;
    const sent = example(version, 'send', { SMPP_URL: url });
    await server.line('the message', (line) => line.text === 'acme -> 447700900123: Hello from the tower');
    await sent.line('the id', (line) => /^taken as [0-9a-f]{16} /.test(line.text));
    await sent.stop('SIGKILL');
    expect(await server.stop('SIGINT')).toEqual(well);
  });
});

describe.runIf(online).each(gatewayNodes)('where the gateway runs, Node %s', (version) => {
  test('every package can be imported', async () => {
    const printed = await finished(nodes[version]!, [join('out', 'doors.js')], { cwd: folder });
    expect(
      printed
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(doors);
  });

  test('the sandbox in a test', async () => {
    const test = ['--test', '--test-reporter=tap', join('out', 'sandbox.test.js')];
    const printed = await finished(nodes[version]!, test, { cwd: folder });
    expect(printed).toMatch(/^# pass 2$/m);
    expect(printed).not.toContain('Warning');
  });

  test('npx finds the program', async () => {
    const printed = await finished('npx', ['--no-install', 'chappe', '--version'], {
      cwd: folder,
      node: nodes[version]!,
    });
    // Nothing else: no word of Node about SQLite, which is not needed for this.
    expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test.runIf(online)('a Node that is too old is told what to do, and that works', async () => {
  const old = new Program(nodes['20']!, [launcherIn(folder), '--version'], { cwd: folder });
  expect((await old.exit).code).toBe(2);
  const advice = old.lines.items.find(({ text }) => text.includes('npx '))?.text ?? '';
  const [, command = ''] = /(npx .*)$/.exec(advice) ?? [];
  const printed = await finished('sh', ['-c', `${command} --version`], {
    cwd: folder,
    node: nodes['20']!,
    // A person is asked whether it may be fetched.
    env: { npm_config_yes: 'true' },
  });
  expect(printed).toMatch(/^\d+\.\d+\.\d+$/m);
});
