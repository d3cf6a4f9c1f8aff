import { posix, win32 } from 'node:path';
import type { ProfileRisk } from '../../../shared/account.ts';

/** What is known of the profile (home folder) of an account. */
export type ProfileFacts =
  | {
      readonly platform: 'windows';
      readonly user: string;
      /** `%USERPROFILE%`. */
      readonly folder: string;
      /** Whether the folder has a `ntuser.man`, the registry of a mandatory profile. */
      readonly hasMandatoryRegistry: boolean;
      /** Security identifier, such as `S-1-5-21-…-1001`; '' when unknown. */
      readonly sid: string;
      /** `State` of the profile in the registry (ProfileList), a bit mask; 0 when unknown. */
      readonly state: number;
      /** Where the network keeps the profile; '' when it does not. */
      readonly centralProfile: string;
    }
  | { readonly platform: 'macos'; readonly folder: string; readonly uid: number }
  | {
      readonly platform: 'linux';
      readonly user: string;
      readonly folder: string;
      /** Type of the folder's file system (statfs(2)). */
      readonly fileSystem: number;
    };

/** Bits of `State` below `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\{SID}`. */
const STATE_MANDATORY = 0x0001;
const STATE_GUEST = 0x0080;
const STATE_TEMPORARY = 0x0800;
/** Relative identifiers of Guest and of WDAGUtilityAccount, the account of Windows Sandbox. */
const GUEST_SID = /^S-1-5-21-[\d-]+-(?:501|504)$/;
/** `TEMP`, `TEMP.SHOP`, `TEMP.SHOP.000`: what Windows makes when it cannot load a profile. */
const TEMPORARY_FOLDER = /^TEMP(?:\..+)?$/i;
/** The guest of macOS, whose home folder is emptied at log-out. */
const MACOS_GUEST_UID = 201;
/** Guest sessions of LightDM: an account and a home folder for each. */
const LINUX_GUEST = /^guest-\w{6}$/;
/** TMPFS_MAGIC and RAMFS_MAGIC (linux/magic.h). */
const IN_MEMORY = new Set([0x0102_1994, 0x8584_58f6]);

/** Why what is kept in a profile may be gone after the log-off, or null when nothing says so. */
export function judgeProfile(facts: ProfileFacts): ProfileRisk | null {
  switch (facts.platform) {
    case 'windows':
      return judgeWindows(facts);
    case 'macos':
      return facts.uid === MACOS_GUEST_UID || posix.basename(facts.folder) === 'Guest' ? 'guest' : null;
    case 'linux':
      if (LINUX_GUEST.test(facts.user)) return 'guest';
      return IN_MEMORY.has(facts.fileSystem) ? 'memory' : null;
  }
}

function judgeWindows({
  user,
  folder,
  hasMandatoryRegistry,
  sid,
  state,
  centralProfile,
}: Extract<ProfileFacts, { platform: 'windows' }>): ProfileRisk | null {
  const isGuest = GUEST_SID.test(sid) || user.toLowerCase() === 'wdagutilityaccount';
  if (isGuest || (state & STATE_GUEST) !== 0) return 'guest';
  const isNamedTemp = TEMPORARY_FOLDER.test(win32.basename(folder)) && !TEMPORARY_FOLDER.test(user);
  if (isNamedTemp || (state & STATE_TEMPORARY) !== 0) return 'temporary';
  if (hasMandatoryRegistry || (state & STATE_MANDATORY) !== 0) return 'mandatory';
  return centralProfile === '' ? null : 'roaming';
}
