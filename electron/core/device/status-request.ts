import type WebSocket from 'ws';
import type { Failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { type ChannelSocket, channelFailure, endFailure } from './channel-socket.ts';
import { cancellable } from './deadline.ts';
import { parseDeviceMessage } from './messages.ts';

/** The lightest question of Local mode, without side effects. */
const STATUS_REQUEST = '{"type":"StatusRequest"}';
/** Characters of what a device says that are kept. */
const MESSAGE_LIMIT = 300;

/** What became of a question for the state of the payment app. */
export type StatusAnswer =
  /** Any message with a type shows that the app is alive. */
  | { readonly kind: 'answered'; readonly type: string; readonly message: string }
  /** Alive, but with an objection; also what older apps answer, which do not know the question. */
  | { readonly kind: 'error-response'; readonly message: string }
  | { readonly kind: 'silent' }
  /** The channel ended instead. */
  | { readonly kind: 'ended'; readonly failure: Failure };

/**
 * Asks the payment app for its state over an open channel and waits `withinMs` milliseconds for a typed answer; other
 * messages are passed over. Throws {@link Failure} `cancelled` and `timed-out` when the signal ends first.
 */
export function askStatus(
  { socket }: ChannelSocket,
  withinMs: number,
  signal: AbortSignal,
): Promise<StatusAnswer> {
  return cancellable<StatusAnswer>(signal, 'the answer to a StatusRequest', (resolve) => {
    const done = (answer: StatusAnswer) => {
      cleanUp();
      resolve(answer);
    };
    const onMessage = (data: WebSocket.RawData, isBinary: boolean) => {
      const answer = isBinary ? undefined : readAnswer(String(data));
      if (answer) done(answer);
    };
    const onClose = (code: number, reason: Buffer) =>
      done({ kind: 'ended', failure: endFailure(code, String(reason), 0) });
    const onError = (error: Error) => done({ kind: 'ended', failure: channelFailure(error) });
    const timer = setTimeout(done, withinMs, { kind: 'silent' });
    const cleanUp = () => {
      clearTimeout(timer);
      socket.off('message', onMessage).off('close', onClose).off('error', onError);
    };
    socket.on('message', onMessage).on('close', onClose).on('error', onError);
    // A channel that ended before this listened takes nothing, and says so.
    socket.send(STATUS_REQUEST, (error) => {
      if (error) onError(error);
    });
    return cleanUp;
  });
}

function readAnswer(
  text: string,
): Extract<StatusAnswer, { kind: 'answered' | 'error-response' }> | undefined {
  const parsed = parseDeviceMessage(text);
  if (!parsed) return undefined;
  const message = redact(parsed.message ?? parsed.developerDescription ?? '').slice(0, MESSAGE_LIMIT);
  return parsed.type === 'ErrorResponse'
    ? { kind: 'error-response', message }
    : { kind: 'answered', type: parsed.type.slice(0, MESSAGE_LIMIT), message };
}
