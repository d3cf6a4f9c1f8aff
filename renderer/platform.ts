/** Whether this is macOS, where keys and places have names of their own. */
export const IS_MAC = navigator.userAgent.includes('Macintosh');
