import type { IncomingMessage } from 'node:http';
import { readBody } from './read-body.ts';
import { upgradeVerdict } from './refusals.ts';

/** The one status whose body tells more than the status does. */
const BAD_REQUEST = 400;

/** Judges an answer in place of a WebSocket as soon as its status is known, or its body where that decides. */
export function judgeUpgrade(
  response: IncomingMessage,
  done: (verdict: ReturnType<typeof upgradeVerdict>, detail: string) => void,
): void {
  const status = response.statusCode ?? 0;
  const judge = (body: string) => done(upgradeVerdict(status, body), `HTTP ${status}`);
  if (status === BAD_REQUEST) readBody(response, judge, () => judge(''));
  else {
    response.resume();
    judge('');
  }
}
