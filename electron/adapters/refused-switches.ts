/**
 * By these another program could drive the page, read what is typed, weaken its sandbox, or see its keys; or give it
 * the Root CA of somebody else as the vendor's.
 */
const REFUSED = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-allow-origins',
  'no-sandbox',
  'disable-web-security',
  'use-mock-keychain',
  'ignore-certificate-errors',
  'ignore-certificate-errors-spki-list',
];

/** The first switch that an installed app does not run with, if any. In a development build all are allowed. */
export const refusedAmong = (
  isPackaged: boolean,
  hasSwitch: (name: string) => boolean,
): string | undefined => (isPackaged ? REFUSED.find(hasSwitch) : undefined);
