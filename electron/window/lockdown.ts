import { app, type Session } from 'electron';
import { IS_PACKAGED } from '../adapters/packaged.ts';
import { APP_ORIGIN } from './app-protocol.ts';

const allowedUrl = (url: string): boolean =>
  url.startsWith(`${APP_ORIGIN}/`) ||
  url.startsWith('data:') ||
  (!IS_PACKAGED && url.startsWith('devtools:'));

/** Denies a page everything this app does not need: other pages, windows, permissions, downloads, the network. */
export function lockDown(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !allowedUrl(url) }));

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
