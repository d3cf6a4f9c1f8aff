// Loaded with `-r` into the app and into the empty window alike: says on stdout when the window can be used, which is
// when it is shown and the first button of its page has been painted.
const { app, ipcMain, session } = require('electron');
const { join } = require('node:path');

const say = (step) =>
  process.stdout.write(`\n@bench ${step} ${performance.timeOrigin + performance.now()}\n`);
say('probe');
const preload = join(__dirname, 'probe-preload.cjs');
const open = new Set(['shown', 'painted']);
const isOver = (part) => {
  say(part);
  if (open.delete(part) && open.size === 0) say('usable');
};

app.once('ready', () => {
  say('ready');
  const { defaultSession } = session;
  // The new call came with Electron 35, and takes the old one's place.
  if (defaultSession.registerPreloadScript)
    defaultSession.registerPreloadScript({ type: 'frame', filePath: preload });
  else defaultSession.setPreloads([preload]);
});
ipcMain.on('bench', (_event, part) => isOver(part));
app.on('browser-window-created', (_event, window) => {
  say('created');
  if (window.isVisible()) isOver('shown');
  else window.once('show', () => isOver('shown'));
});
