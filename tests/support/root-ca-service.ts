import { createHmac } from 'node:crypto';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CliError } from '../../electron/cli/exit-codes.ts';
import type { ApiRequest } from '../../electron/cli/root-ca-service.ts';

const PATH = '/dms/v2/devices/certificates/rootca';
/** Older and newer than that, the vendor takes no date. */
const CLOCK_MS = 5 * 60_000;

interface ServiceParts {
  readonly key: string;
  readonly certificate: string;
  readonly merchantId: string;
  readonly keyId: string;
  readonly sharedSecret: string;
  readonly certificateChain: string;
}

/** A simulated REST service that gives the Root CA to whoever signs as the vendor documents, and judges by itself. */
export async function startRootCaService(parts: ServiceParts) {
  let answer: { readonly status: number; readonly body: string } | undefined;
  const seen: string[] = [];
  const server = createServer({ key: parts.key, cert: parts.certificate }, (request, response) => {
    const { host = '', date = '', signature = '', 'v-c-merchant-id': merchant = '' } = request.headers;
    seen.push(`${request.method} ${request.url}`);
    const fields = new Map(
      [...String(signature).matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const lines: Readonly<Record<string, string>> = {
      host: String(host),
      date,
      'request-target': `${(request.method ?? '').toLowerCase()} ${request.url}`,
      'v-c-merchant-id': String(merchant),
    };
    const names = (fields.get('headers') ?? '').split(' ');
    const text = names.map((name) => `${name}: ${lines[name]}`).join('\n');
    const wanted = createHmac('sha256', Buffer.from(parts.sharedSecret, 'base64'))
      .update(text)
      .digest('base64');
    const isSigned =
      ['host', 'date', 'request-target', 'v-c-merchant-id'].every((name) => names.includes(name)) &&
      fields.get('algorithm') === 'HmacSHA256' &&
      fields.get('keyid') === parts.keyId &&
      fields.get('signature') === wanted &&
      merchant === parts.merchantId &&
      Math.abs(Date.now() - Date.parse(date)) < CLOCK_MS;
    if (request.method !== 'GET' || request.url !== PATH) response.writeHead(404).end();
    else if (!isSigned) response.writeHead(401).end('{"response":{"rmsg":"Authentication Failed"}}');
    else if (answer) response.writeHead(answer.status).end(answer.body);
    else response.end(JSON.stringify({ certificateChain: parts.certificateChain }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    seen,
    /** From now on whoever signs right is answered this. */
    answerWith: (next: { readonly status: number; readonly body: string }) => {
      answer = next;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Asks with Node, trusting only `ca`. */
export const askTrusting =
  (ca: string): ApiRequest =>
  (url, headers, signal) =>
    new Promise((resolve, reject) => {
      const asking = httpsRequest(url, { headers, ca, signal, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asking.on('error', (error) =>
        reject(
          new CliError(
            /certificate|signed/i.test(error.message) ? 'service-untrusted' : 'service-unreachable',
            error.message,
          ),
        ),
      );
      asking.end();
    });
