import { contextBridge, type IpcRendererEvent, ipcRenderer, webFrame } from 'electron';
import type { PosApi, Push } from '../shared/ipc/index.ts';
import { CALL_CHANNEL, PUSH_CHANNEL } from '../shared/ipc-channels.ts';

/**
 * The state is asked for while the page still reads its scripts, and is there when they want it. What the main process
 * tells before that makes it old.
 */
let early: ReturnType<typeof ipcRenderer.invoke> | undefined = ipcRenderer.invoke(
  CALL_CHANNEL,
  'getState',
  null,
);
const takeEarly = () => {
  const taken = early;
  early = undefined;
  return taken;
};
ipcRenderer.once(PUSH_CHANNEL, takeEarly);
// Asked anew when it has failed, and nothing is left unhandled where nobody asks.
early.catch(takeEarly);

/** From the first screen on, in milliseconds: by then the page has read all that it reads by itself, dialogs included. */
const HAS_READ_MS = 3_000;
/** Chromium keeps what a page has read in case it is read again, which no file of this page is: 3 MiB. */
const forgetFiles = () => setTimeout(() => webFrame.clearCache(), HAS_READ_MS);

/** The renderer's only way out: two channels, both checked against the contract in the main process. */
const api: PosApi = {
  call: (method, request) => {
    if (method === 'pageShown') forgetFiles();
    return (method === 'getState' && takeEarly()) || ipcRenderer.invoke(CALL_CHANNEL, method, request);
  },
  onPush: (listener) => {
    const forward = (_event: IpcRendererEvent, push: Push) => listener(push);
    ipcRenderer.on(PUSH_CHANNEL, forward);
    return () => ipcRenderer.off(PUSH_CHANNEL, forward);
  },
};

contextBridge.exposeInMainWorld('pos', api);
