// Tells the probe when the first button of the page has been painted.
const { ipcRenderer } = require('electron');

ipcRenderer.send('bench', 'document');
const look = () => {
  if (!document.querySelector('main button')) return false;
  ipcRenderer.send('bench', 'rendered');
  // The frame it is part of has been handed over by then.
  requestAnimationFrame(() => setTimeout(() => ipcRenderer.send('bench', 'painted')));
  return true;
};
const observer = new MutationObserver(() => {
  if (look()) observer.disconnect();
});
if (!look()) observer.observe(document, { childList: true, subtree: true });
