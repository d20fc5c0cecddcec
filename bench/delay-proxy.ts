/**
 * A TCP proxy in which every octet travels for a while, as through a far network: says its port, ends when its input
 * does. Run: node bench/delay-proxy.ts PORT ONE_WAY_MS
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const [, , port = '', oneWay = '25'] = process.argv;

/** What comes in goes out later; timers of one length end in order. */
function carry(from: Socket, to: Socket): void {
  from.on('data', (chunk) => void setTimeout(() => to.write(chunk), Number(oneWay)));
  from.on('close', () => void setTimeout(() => to.destroy(), Number(oneWay)));
  from.on('error', () => to.destroy());
}

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  carry(near, far);
  carry(far, near);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
