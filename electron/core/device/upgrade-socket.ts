import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { diagnoseConnection } from '../diagnostics/connection-diagnosis.ts';
import { HttpAnswerReader, type HttpHead } from './http-answer.ts';

/** What a WebSocket client has to see of an accepted upgrade; the rest of the head decides nothing (RFC 6455). */
const KEPT_HEADERS = ['sec-websocket-accept', 'sec-websocket-extensions'];

/** The device's clock, as far as it says it (RFC 9110 section 6.6.1). */
function dateField(headers: HttpHead['headers']): string[] {
  const at = Date.parse(headers.get('date') ?? '');
  return Number.isFinite(at) ? [`Date: ${new Date(at).toUTCString()}`] : [];
}

function canonical({ status, reason, headers }: HttpHead): string {
  const fields =
    status === 101
      ? [
          'Upgrade: websocket',
          'Connection: Upgrade',
          ...KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [`${name}: ${headers.get(name)}`] : [])),
          ...dateField(headers),
        ]
      : ['Connection: close'];
  return `${[`HTTP/1.1 ${status} ${reason.replace(/[^ -~]/g, '')}`, ...fields].join('\r\n')}\r\n\r\n`;
}

/**
 * A TLS connection for a WebSocket client whose upgrade is answered by a device: the answer is read as tolerantly as
 * any other (see {@link HttpAnswerReader}) and passed on in the strict form that Node's parser asks for. All that
 * follows an accepted upgrade passes as it is.
 */
export class UpgradeSocket extends Duplex {
  readonly #inner: TLSSocket;
  #reader: HttpAnswerReader | undefined = new HttpAnswerReader();
  #headPassed = false;

  constructor(inner: TLSSocket) {
    super();
    this.#inner = inner;
    inner.on('data', (data: Buffer) => this.#onData(data));
    inner.on('end', () => this.push(null));
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => this.destroy());
    // Its events may be over.
    if (inner.destroyed) this.destroy(inner.errored ?? undefined);
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk, done);
  }

  /** What waits leaves together: the header and the payload of a frame, or many small frames, in one TLS record. */
  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#inner.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#inner.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }

  #onData(data: Buffer): void {
    if (!this.#reader) {
      this.#pass(data);
      return;
    }
    try {
      this.#reader.feed(data);
    } catch (thrown) {
      this.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
      return;
    }
    const { head, isWhole } = this.#reader;
    if (!head) return;
    if (!this.#headPassed) {
      diagnoseConnection(this.#inner, { kind: 'http-status', status: head.status });
      this.#pass(Buffer.from(canonical(head), 'latin1'));
    }
    this.#headPassed = true;
    if (head.status === 101) {
      const rest = this.#reader.takeRest();
      this.#reader = undefined;
      this.#pass(rest);
      return;
    }
    this.#pass(this.#reader.takeBody());
    if (isWhole) this.push(null);
  }

  #pass(data: Buffer): void {
    if (data.length > 0 && !this.readableEnded && !this.push(data)) this.#inner.pause();
  }
}
