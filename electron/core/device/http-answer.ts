import type { TLSSocket } from 'node:tls';
import { diagnoseConnection } from '../diagnostics/connection-diagnosis.ts';
import { Failure, failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { wipedAfter } from '../wiped.ts';
import { ANSWER_LIMIT, tooLarge } from './answer-limit.ts';
import { cancellable } from './deadline.ts';
import { socketFailure } from './socket-errors.ts';

export interface HttpHead {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case; values of repeated headers joined by commas (RFC 9110 section 5.3). */
  readonly headers: ReadonlyMap<string, string>;
}

/** Bytes of a head, interim answers included, and of a line between chunks. */
const HEAD_LIMIT = 64 * 1024;
const LINE_LIMIT = 4 * 1024;
const LF = 0x0a;
const STATUS_LINE = /^HTTP\/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t]+(.*))?$/i;

/** How the rest of the answer is delimited (RFC 9112 section 6.3). */
type Framing =
  | { readonly kind: 'head' }
  | { readonly kind: 'chunk-size'; readonly first: boolean }
  | { readonly kind: 'chunk'; readonly left: number }
  | { readonly kind: 'length'; readonly left: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'whole' };

const asciiOf = (line: Buffer): string => line.toString('latin1').replace(/\r$/, '');

function contentLengthOf({ headers }: HttpHead): number | undefined {
  const stated = /^\s*(\d{1,15})\b/.exec(headers.get('content-length') ?? '')?.[1];
  return stated === undefined ? undefined : Number(stated);
}

/**
 * Reads one HTTP/1.1 answer as tolerantly as it can be understood. Devices send what strict parsers refuse: both
 * chunked and Content-Length (chunked counts, RFC 9112 section 6.3), line endings of LF alone (section 2.2), bytes
 * after the end (dropped; the connection is for one answer). Interim answers (100, 103) are skipped; a 101 ends the
 * answer, and what follows it is another protocol's.
 */
export class HttpAnswerReader {
  #head: HttpHead | undefined;
  #framing: Framing = { kind: 'head' };
  #pending: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  #headBytes = 0;
  #body: Buffer[] = [];
  #bodyBytes = 0;

  get head(): HttpHead | undefined {
    return this.#head;
  }

  get isWhole(): boolean {
    return this.#framing.kind === 'whole';
  }

  /** Takes `data` over, and wipes it. Throws {@link Failure} `answer-malformed`, `answer-too-large`. */
  feed(data: Buffer): void {
    if (this.isWhole) return;
    const before = this.#pending;
    this.#pending = before.length === 0 ? data : Buffer.concat([before, data]);
    if (before.length > 0) before.fill(0);
    while (this.#pending.length > 0 && this.#step());
  }

  /** The other end has closed: that is the end of an answer without a stated length. */
  close(): void {
    if (this.#framing.kind === 'close') this.#framing = { kind: 'whole' };
  }

  /** What of the body has come since the last call. Nothing else of it stays in memory: it may hold a private key. */
  takeBody(): Buffer {
    const body = Buffer.concat(this.#body);
    for (const piece of this.#body) piece.fill(0);
    this.#body = [];
    return body;
  }

  /** What follows a whole answer. */
  takeRest(): Buffer {
    const rest = this.#pending;
    this.#pending = Buffer.alloc(0);
    return rest;
  }

  /** Handles the next piece; false when more has to come first, or when nothing more counts. */
  #step(): boolean {
    const framing = this.#framing;
    switch (framing.kind) {
      case 'head':
        return this.#stepHead();
      case 'chunk-size':
        return this.#stepChunkSize(framing.first);
      case 'chunk':
      case 'length': {
        const left = framing.left - this.#takeContent(framing.left);
        if (left > 0) this.#framing = { ...framing, left };
        else
          this.#framing = framing.kind === 'chunk' ? { kind: 'chunk-size', first: false } : { kind: 'whole' };
        return true;
      }
      case 'close':
        this.#takeContent(this.#pending.length);
        return true;
      case 'whole':
        return false;
    }
  }

  #stepHead(): boolean {
    // Said at once, not after a line ending that another protocol may never send.
    const start = this.#pending.subarray(0, 5).toString('latin1').toUpperCase();
    if (this.#lines.length === 0 && !/^[\r\n]/.test(start) && !'HTTP/'.startsWith(start))
      throw failure('answer-malformed', `no HTTP: ${redact(this.#pending.toString('latin1', 0, 80))}`);
    const line = this.#takeLine(HEAD_LIMIT);
    if (line === undefined) return false;
    this.#headBytes += line.length;
    if (this.#headBytes > HEAD_LIMIT) throw failure('answer-malformed', 'the HTTP head has no end');
    if (line !== '') this.#lines.push(line);
    else if (this.#lines.length > 0) this.#endHead();
    return true;
  }

  #endHead(): void {
    const [statusLine = '', ...fields] = this.#lines;
    this.#lines = [];
    const [, status, reason = ''] = STATUS_LINE.exec(statusLine) ?? [];
    if (status === undefined)
      throw failure('answer-malformed', `no HTTP: ${redact(statusLine.slice(0, 80))}`);
    const headers = new Map<string, string>();
    let name = '';
    for (const field of fields) {
      const [, newName, value = ''] = /^([^\s:]+)[ \t]*:(.*)$/.exec(field) ?? [];
      // A folded line continues the one before (RFC 9112 section 5.2).
      if (newName === undefined && !/^[ \t]/.test(field)) continue;
      name = newName?.toLowerCase() ?? name;
      const before = headers.get(name);
      const text = (newName === undefined ? field : value).trim();
      headers.set(
        name,
        before === undefined ? text : `${before}${newName === undefined ? ' ' : ', '}${text}`,
      );
    }
    const head: HttpHead = { status: Number(status), reason: reason.trim(), headers };
    if (head.status < 200 && head.status !== 101) return;
    this.#head = head;
    if (head.status === 101 || head.status === 204 || head.status === 304) this.#framing = { kind: 'whole' };
    else if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? ''))
      this.#framing = { kind: 'chunk-size', first: true };
    else this.#frameWithoutChunks(head);
  }

  #frameWithoutChunks(head: HttpHead): void {
    const length = contentLengthOf(head);
    if (length !== undefined && length > ANSWER_LIMIT) throw tooLarge();
    this.#framing =
      length === undefined
        ? { kind: 'close' }
        : length === 0
          ? { kind: 'whole' }
          : { kind: 'length', left: length };
  }

  #stepChunkSize(first: boolean): boolean {
    const before = this.#pending;
    const line = this.#takeLine(LINE_LIMIT);
    if (line === undefined) return false;
    // The line ending after a chunk's data.
    if (line === '') return true;
    const size = /^\s*([0-9a-f]{1,8})\s*(;.*)?$/i.exec(line)?.[1];
    if (size === undefined) {
      if (!first || !this.#head) throw failure('answer-malformed', 'a chunk without a size');
      // It says chunked and is not: the other header counts.
      this.#pending = before;
      this.#frameWithoutChunks(this.#head);
      return true;
    }
    const left = Number.parseInt(size, 16);
    // Trailers say nothing that matters, and waiting for them may be in vain.
    this.#framing = left === 0 ? { kind: 'whole' } : { kind: 'chunk', left };
    return true;
  }

  #takeContent(most: number): number {
    const content = this.#pending.subarray(0, most);
    this.#pending = this.#pending.subarray(content.length);
    this.#bodyBytes += content.length;
    if (this.#bodyBytes > ANSWER_LIMIT) throw tooLarge();
    this.#body.push(content);
    return content.length;
  }

  #takeLine(limit: number): string | undefined {
    const end = this.#pending.indexOf(LF);
    if (end < 0 || end > limit) {
      if (this.#pending.length > limit) throw failure('answer-malformed', 'a line of HTTP has no end');
      return undefined;
    }
    const line = asciiOf(this.#pending.subarray(0, end));
    this.#pending = this.#pending.subarray(end + 1);
    return line;
  }
}

export interface HttpAnswer {
  readonly status: number;
  /** What has come of it, as UTF-8. */
  readonly body: string;
  /** Why the body is not whole, if so: it ended too early, or its end could not be found. */
  readonly flaw: Failure | undefined;
}

interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** For the time-out's detail. */
  readonly waitingFor: string;
  /** Called once the request has been handed over to the network. */
  readonly onSent: () => void;
}

/**
 * Sends one request, as bytes, and reads the answer to it; the connection is used up. Throws {@link Failure}
 * `connection-lost` when it ends before an answer has begun, `answer-malformed`, `answer-too-large`, `timed-out`,
 * `cancelled`, or what {@link socketFailure} makes of the socket's error.
 */
export function exchange(
  socket: TLSSocket,
  request: string,
  { signal, waitingFor, onSent }: ExchangeOptions,
): Promise<HttpAnswer> {
  return cancellable(signal, waitingFor, (resolve, reject) => {
    const reader = new HttpAnswerReader();
    let isEnded = false;
    const end = (reason: Failure) => {
      if (isEnded) return;
      isEnded = true;
      reader.close();
      const body = reader.takeBody();
      const early = () =>
        failure(
          reason.appError.code === 'answer-malformed' ? 'answer-malformed' : 'no-answer',
          `incomplete after ${body.length} bytes: ${reason.message}`,
        );
      if (!reader.head || reason.appError.code === 'answer-too-large') reject(reason);
      else {
        const { status } = reader.head;
        diagnoseConnection(socket, { kind: 'http-status', status });
        const flaw = reader.isWhole ? undefined : early();
        resolve({ status, body: wipedAfter(body, () => body.toString('utf8')), flaw });
      }
    };
    const closed = () => end(failure('connection-lost', 'closed by the device'));
    socket.on('data', (data: Buffer) => {
      if (reader.isWhole) return;
      try {
        reader.feed(data);
        if (reader.isWhole) closed();
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        end(thrown);
        socket.destroy();
      }
    });
    socket.once('error', (error) => end(socketFailure(error)));
    socket.once('end', closed);
    socket.once('close', closed);
    // Its events may be over.
    if (socket.errored) end(socketFailure(socket.errored));
    else if (socket.destroyed || socket.readableEnded) closed();
    else {
      // There may be a setup code in it. As a text, copies of it would stay in memory that nobody can wipe.
      const bytes = Buffer.from(request);
      socket.write(bytes, (error) => {
        bytes.fill(0);
        if (!error) onSent();
      });
    }
    return () => socket.destroy();
  });
}
