import { createHash } from 'node:crypto';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { CertifiedKey } from '../simulator/pki.ts';

const WS_KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE_CLOSE = 0x8;

export interface ScriptedDevice {
  readonly address: { readonly host: string; readonly port: number };
  /** All bytes that clients have sent, decrypted, as text. WebSocket messages are unmasked and follow. */
  received(): string;
  stop(): Promise<void>;
}

/** What a device does once a whole request has come. */
export type Script = (socket: TLSSocket, request: string) => void;

/** A TLS server that answers byte by byte what the script says: for HTTP that no HTTP server would write. */
export async function startScriptedDevice(
  { certificatePem, privateKeyPem }: Pick<CertifiedKey, 'certificatePem' | 'privateKeyPem'>,
  chainPem: string,
  script: Script,
  options: TlsOptions = {},
): Promise<ScriptedDevice> {
  const heard: string[] = [];
  const open = new Set<TLSSocket>();
  const server = createServer(
    { key: privateKeyPem, cert: certificatePem + chainPem, ...options },
    (socket) => {
      open.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => open.delete(socket));
      let request = '';
      let answered = false;
      socket.on('data', (data) => {
        heard.push(data.toString('latin1'));
        if (answered) return;
        request += data.toString('latin1');
        const [head = '', body] = request.split('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (body === undefined || body.length < length) return;
        answered = true;
        script(socket, request);
      });
    },
  );
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    address: { host: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 },
    received: () => heard.join(''),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** The one right value of `Sec-WebSocket-Accept` for an upgrade request (RFC 6455 section 4.2.2). */
export function acceptFor(request: string): string {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? '';
  return createHash('sha1').update(`${key}${WS_KEY_SUFFIX}`).digest('base64');
}

/** A text frame of a server (RFC 6455 section 5.2). */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from(header), payload]);
}

/** The text of a client's single masked frame; undefined for a close or a part of one. */
export function textOfFrame(frame: Buffer): string | undefined {
  const [first = 0, second = 0] = frame;
  if ((first & 0xf) === OPCODE_CLOSE) return undefined;
  const start = (second & 0x7f) === 126 ? 4 : 2;
  const mask = frame.subarray(start, start + 4);
  return Buffer.from(frame.subarray(start + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0))).toString();
}
