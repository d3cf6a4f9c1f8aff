import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorResponse, operationStatusResponse } from './answers.ts';
import { type ChannelEnd, SECOND_CHANNEL_POLICIES } from './channel-policies.ts';
import type { Peer } from './front-door.ts';
import { answerUnderFault, mayOperate } from './https-requests.ts';
import type { ReceivedMessage } from './journal.ts';
import type { Operations } from './operations.ts';
import type { PairingDesk } from './pairing-desk.ts';
import type { DeviceParts } from './parts.ts';
import { fieldOf, firstHalf, headOf, MAX_REQUEST_BYTES, rejectUpgrade } from './requests.ts';

const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY_VIOLATION = 1008;
const CLOSE_INTERNAL_ERROR = 1011;

export interface ChannelOptions {
  readonly parts: DeviceParts;
  readonly desk: PairingDesk;
  readonly operations: Operations;
  /** Whether WebSockets are to be cut as soon as they are open. */
  readonly cuts: () => boolean;
}

/** The WebSockets of a device: any number to pair by, one channel for the paired. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #parts: DeviceParts;
  readonly #webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES });
  #open: WebSocket | null = null;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer | undefined): void {
    this.#parts.journal.countUpgrade(headOf(request));
    const early = peer && answerUnderFault(this.#parts.fault(), peer);
    if (!peer) rejectUpgrade(socket, 400, 'text/plain', 'No WebSocket here.');
    else if (early) rejectUpgrade(socket, early.status, early.contentType, early.body);
    else if (request.url !== '/')
      rejectUpgrade(socket, 404, 'application/json', errorResponse('Not found.', `Path ${request.url}`));
    else if (!this.#refusesUpgrade(socket, peer))
      this.#webSockets.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, socket, peer));
  }

  #refusesUpgrade(socket: Duplex, peer: Peer): boolean {
    const policy = this.#policy();
    if (!peer.certificate || !this.#open || policy.winner === 'newest') return false;
    const { newer } = policy;
    if (newer === 'unanswered') return true;
    if (newer === 'cut-before-upgrade') {
      socket.destroy();
      return true;
    }
    if (newer === 'cut' || 'close' in newer) return false;
    rejectUpgrade(
      socket,
      newer.http,
      'application/json',
      errorResponse('The device is in use.', 'Only one WebSocket channel is possible at a time.'),
    );
    return true;
  }

  #policy() {
    return SECOND_CHANNEL_POLICIES[this.#parts.behaviour().secondChannel];
  }

  #accept(ws: WebSocket, socket: Duplex, peer: Peer): void {
    ws.on('error', () => {});
    if (this.#options.cuts()) {
      cutAfterUpgrade(ws, socket);
      return;
    }
    if (peer.certificate && !this.#take(ws, socket, peer.certificate.posId)) return;
    ws.on('message', (data, isBinary) => {
      const text = isBinary ? '' : data.toString();
      const message = this.#parts.journal.receive({
        transport: 'wss',
        text,
        clientFingerprint: peer.record.clientFingerprint,
      });
      void this.#onMessage(ws, peer, message);
    });
  }

  #take(ws: WebSocket, socket: Duplex, posId: string): boolean {
    if (this.#open) {
      const policy = this.#policy();
      if (policy.winner === 'newest') end(this.#open, policy.older, 'Replaced by another channel');
      else {
        // What refuses the upgrade itself has done so already, unless two upgrades raced.
        if (typeof policy.newer === 'object' && 'close' in policy.newer)
          end(ws, policy.newer, 'Only one channel at a time');
        else cutAfterUpgrade(ws, socket);
        return false;
      }
    }
    this.#open = ws;
    this.#parts.emit({ type: 'channel-opened', posId });
    ws.on('close', () => {
      if (this.#open === ws) this.#open = null;
      this.#parts.emit({ type: 'channel-closed', posId });
    });
    return true;
  }

  async #onMessage(ws: WebSocket, peer: Peer, { json }: ReceivedMessage): Promise<void> {
    const fault = this.#parts.fault();
    if (fault === 'silence-after-request') return;
    if (fault === 'close-after-request') {
      ws.terminate();
    } else if (fieldOf(json, 'setupCode') !== undefined) {
      await this.#pair(ws, peer, json);
    } else if (!mayOperate(peer, fault)) {
      send(ws, errorResponse('Access denied.', 'Without a client certificate only pairing is possible.'));
      ws.close(CLOSE_POLICY_VIOLATION);
    } else {
      const posId = peer.certificate?.posId ?? '';
      await this.#options.operations.handle(json, posId, (text) => send(ws, text));
    }
  }

  async #pair(ws: WebSocket, peer: Peer, json: unknown): Promise<void> {
    const fault = this.#parts.fault();
    const { statusDelayMs, errorAnswer, afterPairing } = this.#parts.behaviour();
    if (fault === 'status-messages' || fault === 'slow-status') {
      for (const message of ['Checking the code…', 'Creating certificates…']) {
        send(ws, operationStatusResponse(message));
        if (fault === 'slow-status') await delay(statusDelayMs, undefined, { ref: false });
      }
    }
    const result = await this.#options.desk.pair(json, peer);
    if (!result.ok) {
      const { message, developerDescription } = result.refusal;
      if (errorAnswer.body === 'error-response') send(ws, errorResponse(message, developerDescription));
      else if (errorAnswer.body === 'html') send(ws, '<html><body><h1>Error</h1></body></html>');
      else ws.close(CLOSE_INTERNAL_ERROR);
    } else if (fault === 'mid-answer-close') {
      ws.send(firstHalf(result.answer.body), { fin: false }, () => ws.terminate());
    } else {
      send(ws, result.answer.body);
      if (afterPairing === 'away-until-connected') ws.close(CLOSE_GOING_AWAY);
    }
  }
}

/** Once the client has been told that its WebSocket is open. */
function cutAfterUpgrade(ws: WebSocket, socket: Duplex): void {
  // A ping that comes along would be answered.
  ws.pause();
  socket.write('', () => ws.terminate());
}

function end(ws: WebSocket, ending: ChannelEnd, reason: string): void {
  if (ending === 'cut') ws.terminate();
  else ws.close(ending.close, reason);
}

function send(ws: WebSocket, text: string): void {
  if (ws.readyState === ws.OPEN) ws.send(text);
}
