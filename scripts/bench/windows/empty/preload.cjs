const { contextBridge } = require('electron');

contextBridge.exposeInMainWorld('pos', {});
