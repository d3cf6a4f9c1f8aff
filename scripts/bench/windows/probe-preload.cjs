// Tells the probe when the first button of the page has been painted, by the page's own clock: it can be used then,
// whatever the main process has to do first.
const { ipcRenderer } = require('electron');

const tell = (step) => ipcRenderer.send('bench', step, performance.timeOrigin + performance.now());
tell('document');
const look = () => {
  if (!document.querySelector('main button')) return false;
  tell('rendered');
  // The frame it is part of has been handed over by then.
  requestAnimationFrame(() => setTimeout(() => tell('painted')));
  return true;
};
const observer = new MutationObserver(() => {
  if (look()) observer.disconnect();
});
if (!look()) observer.observe(document, { childList: true, subtree: true });
