import type { AccountSource } from '../../electron/core/account/account.ts';
import type { ProfileFacts } from '../../electron/core/account/profile.ts';
import type { Account } from '../../shared/account.ts';

export const TEST_ACCOUNT: Account = { user: 'kasse1', domain: '', computer: 'REGISTER-1' };

/** TMPFS_MAGIC (linux/magic.h): a home folder that is gone after a restart. */
export const IN_MEMORY = 0x0102_1994;

const HOME: ProfileFacts = { platform: 'linux', user: 'kasse1', folder: '/home/kasse1', fileSystem: 0 };

/** What a system tells of an account whose profile stays, unless told otherwise. */
export const accountSource = (
  change: Partial<Account> = {},
  profile: ProfileFacts = HOME,
): AccountSource => ({ account: { ...TEST_ACCOUNT, ...change }, profile: async () => profile });
