/** Apart from the contract (shared/ipc.ts), so that the preload script carries no schemas. */
export const CALL_CHANNEL = 'pos:call';
export const PUSH_CHANNEL = 'pos:push';
