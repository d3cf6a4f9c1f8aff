// Asks the payment device for its status. Node 20.11 or later: npm install ws && node status.mjs
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import WebSocket from 'ws';

const ANSWER_WITHIN_MS = 10_000;
const kit = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const read = (name) => readFileSync(join(kit, name));
const connection = JSON.parse(read('connection.json'));

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

async function askPassword() {
  if (process.env.POS_KEY_PASSWORD !== undefined) return process.env.POS_KEY_PASSWORD;
  process.stderr.write('Password of the connection kit: ');
  // Without an output nothing that is typed is shown.
  const lines = createInterface({ input: process.stdin, terminal: process.stdin.isTTY });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return '';
}

/** The key, the POS certificate and its intermediates, as Node's TLS takes them. */
async function credentials() {
  if (existsSync(join(kit, 'pos.p12'))) return { pfx: read('pos.p12'), passphrase: await askPassword() };
  const key = read('pos-private-key.pem');
  const isEncrypted = key.includes('ENCRYPTED');
  return {
    key,
    cert: read('pos-certificate.pem'),
    ...(isEncrypted && { passphrase: await askPassword() }),
  };
}

/** Whose certificate it is: by the serial number in its SAN. Its chain has been checked before. */
function checkDevice(certificate) {
  const { expectedSan, deviceCertificateSha256 } = connection;
  if (expectedSan !== null) return checkServerIdentity(expectedSan, certificate);
  const digest = createHash('sha256').update(certificate.raw).digest('hex').toUpperCase();
  if (digest === deviceCertificateSha256.replaceAll(':', '')) return undefined;
  return new Error('Another device answered.');
}

let secureContext;
try {
  secureContext = createSecureContext({
    ...(await credentials()),
    ca: read('root-ca.pem'),
    minVersion: 'TLSv1.2',
  });
} catch (error) {
  fail(`The key cannot be opened: wrong password, or a damaged file (${error.message}).`);
}
const socket = new WebSocket(connection.url, {
  secureContext,
  checkServerIdentity: (_host, certificate) => checkDevice(certificate),
  handshakeTimeout: ANSWER_WITHIN_MS,
});
const timer = setTimeout(() => fail('The device did not answer.'), ANSWER_WITHIN_MS);
socket.on('open', () => socket.send(JSON.stringify({ type: 'StatusRequest' })));
socket.on('message', (data) => {
  clearTimeout(timer);
  process.stdout.write(`${data}\n`);
  socket.close();
});
socket.on('error', (error) => fail(`No connection: ${error.message}`));
socket.on('close', (code) => {
  if (code === 1008) fail('The device refused the certificate.');
});
