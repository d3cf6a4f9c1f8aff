// Loaded with `-r` into the app and into the empty window alike: says on stdout when the window can be used, which is
// when it is shown and the first button of its page has been painted.
const { app, ipcMain, session } = require('electron');
const { join } = require('node:path');

/** Milliseconds since 1970, with fractions. */
const now = () => performance.timeOrigin + performance.now();
const say = (step, at) => process.stdout.write(`\n@bench ${step} ${at}\n`);
say('probe', now());
const preload = join(__dirname, 'probe-preload.cjs');
/** When the window was shown, and its first button painted. */
const parts = new Map();
const isOver = (part, at) => {
  say(part, at);
  parts.set(part, at);
  const [shown, painted] = [parts.get('shown'), parts.get('painted')];
  if (shown !== undefined && painted !== undefined) say('usable', Math.max(shown, painted));
};

app.once('ready', () => {
  say('ready', now());
  const { defaultSession } = session;
  // The new call came with Electron 35, and takes the old one's place.
  if (defaultSession.registerPreloadScript)
    defaultSession.registerPreloadScript({ type: 'frame', filePath: preload });
  else defaultSession.setPreloads([preload]);
});
ipcMain.on('bench', (_event, part, at) => isOver(part, at));
app.on('browser-window-created', (_event, window) => {
  say('created', now());
  if (window.isVisible()) isOver('shown', now());
  else window.once('show', () => isOver('shown', now()));
});
