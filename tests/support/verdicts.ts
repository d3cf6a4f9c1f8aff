import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { openConnection } from '../../electron/core/device/connection.ts';
import { toAppError } from '../../electron/core/failure.ts';

/**
 * Prints what a device on this computer is to Node's own trust store and to the app under two Root CAs. Run as a
 * process of its own, whose store is chosen by NODE_EXTRA_CA_CERTS: `verdicts.ts PORT MERCHANT_ROOT OWN_ROOT`.
 */
const [port, merchantRoot = '', ownRoot = ''] = process.argv.slice(2);
const address = { host: '127.0.0.1', port: Number(port) };

function nodeItself(): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, checkServerIdentity: () => undefined }, () => {
      socket.destroy();
      resolve('ok');
    });
    socket.once('error', (error) => resolve(error.message));
  });
}

async function under(rootFile: string): Promise<string> {
  const root = new X509Certificate(readFileSync(rootFile));
  try {
    const { socket } = await openConnection({
      address,
      trust: { rootCas: [{ root, intermediates: [] }], now: Date.now, knownPast: 0 },
      signal: AbortSignal.timeout(10_000),
    });
    socket.destroy();
    return 'ok';
  } catch (thrown) {
    return toAppError(thrown).code;
  }
}

console.log(
  JSON.stringify({
    nodeItself: await nodeItself(),
    underMerchantRoot: await under(merchantRoot),
    underItsOwnRoot: await under(ownRoot),
  }),
);
