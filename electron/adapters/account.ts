import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';
import { accountSchema } from '../../shared/account.ts';
import type { AccountSource } from '../core/account/account.ts';
import type { ProfileFacts } from '../core/account/profile.ts';
import { type RunProgram, windowsProfile } from '../core/account/windows-profile.ts';
import { testAccount } from './command-line.ts';

/** The window waits for it. */
const PROGRAM_MS = 2_000;

const run: RunProgram = async (program, args) => {
  try {
    return (await promisify(execFile)(program, [...args], { timeout: PROGRAM_MS, windowsHide: true })).stdout;
  } catch {
    return '';
  }
};

/** The account this process runs under; undefined where the system does not tell, as for a uid without a name. */
export function systemAccount(): AccountSource | undefined {
  const forTest = testAccount();
  if (forTest !== undefined) return parseTestAccount(forTest);
  try {
    const { username: user, uid } = userInfo();
    const domain = process.platform === 'win32' ? (process.env['USERDOMAIN'] ?? '') : '';
    return { account: { user, domain, computer: hostname() }, profile: () => profileOf(user, uid) };
  } catch {
    return undefined;
  }
}

async function profileOf(user: string, uid: number): Promise<ProfileFacts> {
  const folder = homedir();
  switch (process.platform) {
    case 'win32':
      return windowsProfile(user, folder, process.env['SystemRoot'] ?? 'C:\\Windows', run, existsSync);
    case 'darwin':
      return { platform: 'macos', folder, uid };
    default:
      return { platform: 'linux', user, folder, fileSystem: (await statfs(folder)).type };
  }
}

const testAccountSchema = accountSchema.extend({ fileSystem: z.number().int().default(0) });

function parseTestAccount(text: string): AccountSource {
  const { fileSystem, ...account } = testAccountSchema.parse(JSON.parse(text));
  const { user } = account;
  return {
    account,
    profile: async () => ({ platform: 'linux', user, folder: `/home/${user}`, fileSystem }),
  };
}
