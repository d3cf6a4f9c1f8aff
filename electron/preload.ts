import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { PosApi, Push } from '../shared/ipc/index.ts';
import { CALL_CHANNEL, PUSH_CHANNEL } from '../shared/ipc-channels.ts';

/** The renderer's only way out: two channels, both checked against the contract in the main process. */
const api: PosApi = {
  call: (method, request) => ipcRenderer.invoke(CALL_CHANNEL, method, request),
  onPush: (listener) => {
    const forward = (_event: IpcRendererEvent, push: Push) => listener(push);
    ipcRenderer.on(PUSH_CHANNEL, forward);
    return () => ipcRenderer.off(PUSH_CHANNEL, forward);
  },
};

contextBridge.exposeInMainWorld('pos', api);
