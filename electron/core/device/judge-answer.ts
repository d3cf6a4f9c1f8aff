import type { IncomingMessage } from 'node:http';
import { readBody } from './read-body.ts';

/** The one status whose body tells more than the status does. */
const BAD_REQUEST = 400;

/** Judges an answer as soon as its status is known, and by its body where the status leaves it open. */
export function judgeAnswer<V>(
  response: IncomingMessage,
  verdictOf: (status: number, body: string) => V,
  done: (verdict: V, detail: string) => void,
): void {
  const status = response.statusCode ?? 0;
  const judge = (body: string) => done(verdictOf(status, body), `HTTP ${status}`);
  if (status === BAD_REQUEST) readBody(response, judge, () => judge(''));
  else {
    response.resume();
    judge('');
  }
}
