import type { IncomingMessage } from 'node:http';
import { failure } from '../failure.ts';
import { ANSWER_LIMIT, tooLarge } from './answer-limit.ts';

/** Whole body as UTF-8, or a failure when it is too large or ends early. */
export function readBody(
  response: IncomingMessage,
  done: (text: string) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > ANSWER_LIMIT) {
      fail(tooLarge());
      response.destroy();
    } else chunks.push(chunk);
  });
  response.once('end', () => done(Buffer.concat(chunks).toString('utf8')));
  const endedEarly = () => fail(failure('no-answer', `closed after ${size} bytes of an incomplete answer`));
  response.once('error', endedEarly);
  response.once('aborted', endedEarly);
}
