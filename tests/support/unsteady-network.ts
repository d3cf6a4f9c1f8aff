import { connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of one TCP connection: it goes `through`; it is closed or reset at the client's first bytes, before
 * any of the other end's; it is cut at the client's second ones, which in TLS 1.2 hold its certificate; or its first
 * bytes are answered with a fatal TLS alert, unknown_ca.
 */
export type Fate = 'through' | 'close' | 'reset' | 'cut-at-certificate' | 'alert-at-hello';

const UNKNOWN_CA = Buffer.from([21, 3, 3, 0, 2, 2, 48]);

export interface UnsteadyNetwork {
  readonly address: { readonly host: string; readonly port: number };
  /** The fates of the next connections, in order; later ones meet the last. */
  expect(...fates: readonly [Fate, ...Fate[]]): void;
  /** How many connections came since the last {@link expect}. */
  readonly met: number;
  stop(): Promise<void>;
}

/** A loopback port that leads to another one, as reliably as it is told to. */
export async function startUnsteadyNetwork(to: {
  readonly host: string;
  readonly port: number;
}): Promise<UnsteadyNetwork> {
  let fates: readonly Fate[] = ['through'];
  let met = 0;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    track(client);
    const fate = fates[met] ?? fates[fates.length - 1];
    met += 1;
    if (fate === 'close' || fate === 'reset') {
      client.once('data', () => (fate === 'close' ? client.destroy() : client.resetAndDestroy()));
      return;
    }
    if (fate === 'alert-at-hello') {
      client.once('data', () => client.end(UNKNOWN_CA));
      return;
    }
    const device = track(connect(to));
    device.once('close', () => client.destroy());
    client.once('close', () => device.destroy());
    device.pipe(client);
    let flights = 0;
    client.on('data', (bytes) => {
      flights += 1;
      if (fate === 'cut-at-certificate' && flights === 2) client.destroy();
      else device.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    address: { host: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 },
    expect: (...next) => {
      fates = next;
      met = 0;
    },
    get met() {
      return met;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
