import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import { CALL_CHANNEL } from '../../shared/ipc-channels.ts';
import type { Result } from '../../shared/result.ts';

interface Call {
  /** Whether a page of the app called, when it did. */
  readonly isTrusted: boolean;
  readonly method: unknown;
  readonly request: unknown;
}

export type AnswerCall = (call: Call) => Promise<Result<unknown>> | Result<unknown>;

/**
 * Takes the page's calls from now on, though what answers them is still being loaded: the returned function hands that
 * in.
 */
export function openCallDoor(isTrustedSender: (event: IpcMainInvokeEvent) => boolean) {
  let handIn: (answer: AnswerCall) => void = () => {};
  const answering = new Promise<AnswerCall>((resolve) => {
    handIn = resolve;
  });
  ipcMain.handle(CALL_CHANNEL, async (event, method: unknown, request: unknown) => {
    // Before anything is waited for: the frame may be another one afterwards.
    const isTrusted = isTrustedSender(event);
    return (await answering)({ isTrusted, method, request });
  });
  return handIn;
}
