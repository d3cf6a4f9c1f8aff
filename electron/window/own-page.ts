import { BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { APP_ORIGIN } from './app-protocol.ts';

/** Only the top frame of one of our windows, showing our own origin, may call. */
export function isOwnPage({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return (
    senderFrame !== null &&
    senderFrame === sender.mainFrame &&
    senderFrame.url.startsWith(`${APP_ORIGIN}/`) &&
    BrowserWindow.fromWebContents(sender) !== null
  );
}
