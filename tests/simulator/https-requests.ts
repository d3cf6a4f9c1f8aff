import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorResponse } from './answers.ts';
import type { Fault } from './faults.ts';
import type { Peer } from './front-door.ts';
import type { ReceivedMessage } from './journal.ts';
import type { PairingDesk } from './pairing-desk.ts';
import type { DeviceParts } from './parts.ts';
import {
  firstHalf,
  type HttpAnswer,
  headOf,
  MAX_REQUEST_BYTES,
  readBody,
  reply,
  replyWith,
} from './requests.ts';

/** Answers requests over HTTPS, or over plain HTTP when there is no peer. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  peer: Peer | undefined,
  parts: DeviceParts,
  desk: PairingDesk,
): Promise<void> {
  response.on('error', () => {});
  parts.journal.countRequest();
  const body = await readBody(request);
  if (body === null) {
    reply(response, 413, errorResponse('Request too large.', `More than ${MAX_REQUEST_BYTES} bytes.`));
    return;
  }
  const message = parts.journal.receive(
    {
      transport: peer ? 'https' : 'http',
      method: request.method ?? '',
      url: request.url ?? '',
      text: body,
      clientFingerprint: peer?.record.clientFingerprint ?? null,
    },
    headOf(request),
  );
  if (!peer) {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!</body></html>\n');
    return;
  }
  const fault = parts.fault();
  if (fault === 'silence-after-request') return;
  if (fault === 'close-after-request') {
    request.socket.destroy();
    return;
  }
  const early = answerUnderFault(fault, peer);
  if (early) replyWith(response, early);
  else if (request.method === 'POST' && request.url === '/')
    await pairOverHttps(message, response, peer, parts, desk);
  else if (!mayOperate(peer, fault))
    reply(
      response,
      403,
      errorResponse('Access denied.', 'A client certificate issued by this device is required.'),
    );
  else if (request.method === 'GET' && request.url === '/')
    reply(response, 200, JSON.stringify({ status: 'Device connected', serial: parts.serial }));
  else reply(response, 404, errorResponse('Not found.', `${request.method} ${request.url}`));
}

/** Answers to any request or upgrade under a fault. */
export function answerUnderFault(fault: Fault, peer: Peer): HttpAnswer | null {
  if (fault === 'mtls-refused-http-403' && peer.certificate) {
    const body = errorResponse('Access denied.', 'The client certificate is not accepted.');
    return { status: 403, contentType: 'application/json', body };
  }
  if (fault === 'http-500') return { status: 500, contentType: 'text/plain', body: 'Internal Server Error' };
  if (fault === 'http-404-html')
    return {
      status: 404,
      contentType: 'text/html',
      body: '<!DOCTYPE html><html><head><title>404</title></head><body><h1>Not Found</h1></body></html>\n',
    };
  return null;
}

export function mayOperate(peer: Peer, fault: Fault): boolean {
  return peer.certificate !== null || fault === 'tls-only';
}

async function pairOverHttps(
  message: ReceivedMessage,
  response: ServerResponse,
  peer: Peer,
  parts: DeviceParts,
  desk: PairingDesk,
): Promise<void> {
  const result = await desk.pair(message.json, peer);
  if (!result.ok) {
    const { status, body } = parts.behaviour().errorAnswer;
    if (body === 'none') response.writeHead(status).end();
    else if (body === 'html')
      replyWith(response, {
        status,
        contentType: 'text/html',
        body: '<html><body><h1>Error</h1></body></html>',
      });
    else reply(response, status, errorResponse(result.refusal.message, result.refusal.developerDescription));
    return;
  }
  const { answer } = result;
  if (parts.behaviour().afterPairing === 'away-until-connected') response.shouldKeepAlive = false;
  if (parts.fault() === 'mid-answer-close') {
    response.writeHead(200, {
      'content-type': answer.contentType,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.write(firstHalf(answer.body), () => response.destroy());
    return;
  }
  replyWith(response, { status: 200, ...answer });
}
