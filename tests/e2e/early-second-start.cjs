// Loaded with `-r`: tells the app of a second start as soon as it is ready, which is before all of it is loaded, and
// says on stdout when a window is shown.
const { app } = require('electron');

app.once('ready', () => setImmediate(() => app.emit('second-instance', {}, ['pos-pairing'], '/', {})));
app.on('browser-window-created', (_event, window) => {
  window.once('show', () => {
    process.stdout.write('\nshown\n');
    app.quit();
  });
});
