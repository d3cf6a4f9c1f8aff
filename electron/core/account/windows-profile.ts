import { win32 } from 'node:path';
import type { ProfileFacts } from './profile.ts';

/** Runs a program by its absolute path; what it printed, or '' when it failed or could not be run. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const PROFILE_LIST = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

/** What Windows knows of an account's profile, by its own programs: Node has no call for it. */
export async function windowsProfile(
  user: string,
  folder: string,
  systemRoot: string,
  run: RunProgram,
  exists: (file: string) => boolean,
): Promise<Extract<ProfileFacts, { platform: 'windows' }>> {
  // By their paths: programs of these names in other folders must not be found first.
  const system = win32.join(systemRoot, 'System32');
  const whoami = await run(win32.join(system, 'whoami.exe'), ['/user', '/fo', 'csv', '/nh']);
  const [sid = ''] = /S-1-[\d-]+/.exec(whoami) ?? [];
  const values = sid
    ? await run(win32.join(system, 'reg.exe'), ['query', `${PROFILE_LIST}\\${sid}`, '/reg:64'])
    : '';
  // Names and types stay the same in every language of Windows.
  const [, state = '0'] = /^ {4}State {4}REG_DWORD {4}(0x[0-9a-f]+)/im.exec(values) ?? [];
  const [, centralProfile = ''] =
    /^ {4}CentralProfile {4}REG_(?:EXPAND_)?SZ {4}(\S.*?)\s*$/im.exec(values) ?? [];
  return {
    platform: 'windows',
    user,
    folder,
    hasMandatoryRegistry: exists(win32.join(folder, 'ntuser.man')),
    sid,
    state: Number(state),
    centralProfile,
  };
}
