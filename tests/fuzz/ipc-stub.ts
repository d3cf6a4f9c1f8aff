/** What `electron` is for the call gate here: the handler it registers can be called. */
type Handler = (event: unknown, method: unknown, request: unknown) => unknown;

const handlers = new Map<string, Handler>();

export const ipcMain = {
  handle: (channel: string, handler: Handler): void => {
    handlers.set(channel, handler);
  },
};

export const callHandler = (channel: string, event: unknown, method: unknown, request: unknown): unknown =>
  handlers.get(channel)?.(event, method, request);
