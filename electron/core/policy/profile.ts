import type { GuardedFiles, SystemPolicy } from './read-policy.ts';
import { type RunProgramSync, runProgramSync } from './run-program.ts';
import { unreadablePolicy } from './wrong-policy.ts';

/** Where macOS keeps what a configuration profile sets for all users of the computer. */
const PROFILE = '/Library/Managed Preferences/com.pos-pairing.app.plist';
const PLUTIL = '/usr/bin/plutil';

/** The policy of a Mac under MDM: what a configuration profile sets for `com.pos-pairing.app`. */
export const profilePolicy = (
  files: GuardedFiles,
  run: RunProgramSync = runProgramSync,
  path = PROFILE,
): SystemPolicy => ({
  place: path,
  read() {
    if (files.read(path) === undefined) return undefined;
    const { output } = run(PLUTIL, ['-convert', 'json', '-o', '-', '--', path]);
    if (output === null) throw unreadablePolicy(`${path} is no property list that has a JSON form`);
    try {
      return JSON.parse(output.toString('utf8'));
    } catch {
      throw unreadablePolicy(`${path}: plutil gave no JSON`);
    }
  },
});
