import { net, session } from 'electron';
import { CliError } from '../cli/exit-codes.ts';
import type { ApiRequest } from '../cli/root-ca-service.ts';

/** Longest answer that is read, in characters. */
const ANSWER_LIMIT = 1024 * 1024;

/** By Chromium: the certificates and the proxy are those of the system. The app must be ready. */
export const askRootCaService: ApiRequest = (url, headers, signal) =>
  new Promise((resolve, reject) => {
    const request = net.request({
      url,
      // The windows' own session reaches no network (window/lockdown.ts). This one is kept nowhere.
      session: session.fromPartition('root-ca-service'),
      redirect: 'manual',
      credentials: 'omit',
      useSessionCookies: false,
    });
    const onAbort = () => {
      request.abort();
      reject(new CliError('service-unreachable', 'The service did not answer in time.'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    request.on('redirect', (status) => {
      request.abort();
      resolve({ status, body: '' });
    });
    request.on('error', ({ message }) => {
      const [code = 'net::ERR_FAILED'] = /net::[A-Z0-9_]+/.exec(message) ?? [];
      reject(
        /CERT|SSL/.test(code)
          ? new CliError(
              'service-untrusted',
              `This computer does not trust the service’s certificate (${code}).`,
            )
          : new CliError('service-unreachable', `The service was not reached (${code}).`),
      );
    });
    request.on('response', (response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece.toString('utf8');
        if (body.length <= ANSWER_LIMIT) return;
        request.abort();
        reject(new CliError('service-answer', 'The service’s answer is too long.'));
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.end();
  });
