/**
 * What a program in the place of the bridge costs that has none of its rules, told the device of the bridge's benchmark.
 * `relay`: two WebSockets of `ws`, each handing its messages to the other. `pipe`: bytes alone, between TCP and TLS, of
 * which nothing is read; no program that stands there can do less.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

const told = z.object({
  way: z.enum(['relay', 'pipe']),
  address: z.object({ host: z.string(), port: z.number() }),
  rootPem: z.string(),
  own: z.object({ privateKeyPem: z.string(), certificateChainPem: z.string() }),
});
const [argument] = await once(process, 'message');
const { way, address, rootPem, own } = told.parse(JSON.parse(String(argument)));
const device = {
  ...address,
  key: own.privateKeyPem,
  cert: own.certificateChainPem,
  ca: rootPem,
  // Its name says its serial number, not its address.
  rejectUnauthorized: false,
};
const TEXT = { binary: false, compress: false };

function startPipe() {
  return createServer({ noDelay: true }, (till) => {
    const socket = connect(device);
    socket.setNoDelay(true);
    till.pipe(socket).pipe(till);
    for (const end of [till, socket]) end.on('error', () => {});
  }).listen(0, '127.0.0.1');
}

function startRelay() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (till) => {
    till.pause();
    const { host, port, ...credentials } = device;
    const socket = new WebSocket(`wss://${host}:${port}/`, [], { ...credentials, perMessageDeflate: false });
    socket.on('open', () => till.resume());
    till.on('message', (data: Buffer) => socket.send(data, TEXT));
    socket.on('message', (data: Buffer) => till.send(data, TEXT));
    till.on('close', () => socket.close());
  });
  return server;
}

const server = way === 'pipe' ? startPipe() : startRelay();
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
// Not longer than who asked for it.
process.on('disconnect', () => process.exit());
