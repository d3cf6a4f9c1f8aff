import { app, type Session } from 'electron';
import { IS_PACKAGED } from '../adapters/packaged.ts';
import { APP_ORIGIN } from './app-protocol.ts';

const allowedUrl = (url: string): boolean =>
  url.startsWith(`${APP_ORIGIN}/`) ||
  url.startsWith('data:') ||
  (!IS_PACKAGED && url.startsWith('devtools:'));

/** Nobody can listen on port 0. Also for this computer itself, which Chromium else reaches without a proxy. */
const NOWHERE = {
  mode: 'fixed_servers',
  proxyRules: 'http://127.0.0.1:0',
  proxyBypassRules: '<-loopback>',
} as const;

/** Denies a page everything this app does not need: other pages, windows, permissions, downloads, the network. */
export function lockDown(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  // WebRTC asks neither the page's policy nor this: it may use nothing but a proxy, and that one is nowhere.
  void session.setProxy(NOWHERE);
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !allowedUrl(url) }));

  app.on('web-contents-created', (_event, contents) => {
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
