import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** The app's own switches (adapters/command-line.ts) whose text may stand behind them. */
const WITH_TEXT = new Set(['--user-data-dir', '--offer-address', '--offer-root-ca', '--search-range']);
const FIRST_WORD = /^(?:--help|[a-z][a-z-]*)$/;

function samePlace(word: string, path: string): boolean {
  try {
    return realpathSync(resolve(word)) === realpathSync(path);
  } catch {
    return false;
  }
}

/**
 * The command with all that follows, where the program was called with one; undefined where it is to open its window.
 * Before the command stand Chromium's switches and the app's own, and in development the path of the app.
 *
 * @param appPath of a development build; undefined for an installed app
 */
export function commandWords(
  argv: readonly string[],
  appPath: string | undefined,
): readonly string[] | undefined {
  let at = 1;
  if (appPath !== undefined) {
    const found = argv.findIndex((word, index) => index > 0 && samePlace(word, appPath));
    if (found < 0) return undefined;
    at = found + 1;
  }
  for (let word = argv[at]; word?.startsWith('--') && word !== '--help'; word = argv[at])
    at += WITH_TEXT.has(word) ? 2 : 1;
  const first = argv[at];
  return first !== undefined && FIRST_WORD.test(first) ? argv.slice(at) : undefined;
}
