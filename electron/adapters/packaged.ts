import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a `package.json` is that of a development build. In packages it never is: electron-builder.yml sees to that. */
export function isOfDevelopment(read: () => string): boolean {
  try {
    const manifest: unknown = JSON.parse(read());
    return (
      typeof manifest === 'object' &&
      manifest !== null &&
      'development' in manifest &&
      manifest.development === true
    );
  } catch {
    return false;
  }
}

/**
 * Whether this is a packaged app, which takes nothing that is meant for development and tests. By what the package was
 * built with, inside the archive with the code: Electron's `app.isPackaged` goes by the name of the executable, and
 * whoever copies the program can name it `electron`.
 */
export const IS_PACKAGED = !isOfDevelopment(() =>
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
);
