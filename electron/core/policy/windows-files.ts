import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path/win32';
import { systemCode } from '../vault/own-files.ts';
import type { GuardedFiles } from './read-policy.ts';
import { type RunProgramSync, runProgramSync } from './run-program.ts';
import { unreadable, unreadablePolicy, unsafePolicy } from './wrong-policy.ts';

/** Largest policy or Root CA file that is read, in bytes. */
const FILE_LIMIT = 1024 * 1024;

/** Local System, Administrators, the local administrator, those of the domain, and TrustedInstaller. */
const ADMINISTRATORS: ReadonlySet<string> = new Set([
  'SY',
  'BA',
  'LA',
  'DA',
  'EA',
  'S-1-5-18',
  'S-1-5-32-544',
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
]);

const GENERIC_ALL = 0x1000_0000;
const GENERIC_WRITE = 0x4000_0000;
/** Access rights by the names that SDDL gives them (MS-DTYP section 2.5.1.1). */
const RIGHTS: Readonly<Record<string, number>> = {
  GA: GENERIC_ALL,
  GX: 0x2000_0000,
  GW: GENERIC_WRITE,
  GR: 0x8000_0000,
  FA: 0x1f_01ff,
  FR: 0x12_0089,
  FW: 0x12_0116,
  FX: 0x12_00a0,
  SD: 0x1_0000,
  RC: 0x2_0000,
  WD: 0x4_0000,
  WO: 0x8_0000,
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: 0x40,
  LO: 0x80,
  CR: 0x100,
};
/** DELETE, WRITE_DAC and WRITE_OWNER: put another one in its place, or give oneself more rights. */
const TAKES_OVER = 0x1_0000 | 0x4_0000 | 0x8_0000 | GENERIC_ALL;
/** Also write, append, and change attributes. */
const CHANGES_FILE = TAKES_OVER | 0x2 | 0x4 | 0x10 | 0x100 | GENERIC_WRITE;
/**
 * Also delete what is in it. Making new files there is harmless, since they belong to who makes them: below
 * %ProgramData% Windows lets everybody.
 */
const CHANGES_FOLDER = TAKES_OVER | 0x40;

/**
 * Files of Windows that only administrators may write, by the owner and the access rights of the file and of each
 * folder above it. PowerShell tells them in SDDL, which is the same in every language; icacls.exe would leave out the
 * owner, who can always change the rights.
 */
export function windowsFiles(systemRoot: string, run: RunProgramSync = runProgramSync): GuardedFiles {
  return {
    read(path) {
      try {
        const whole = resolve(path);
        const stats = statSync(whole, { throwIfNoEntry: false });
        if (!stats) return undefined;
        if (realpathSync.native(whole).toLowerCase() !== whole.toLowerCase())
          throw unsafePolicy(`${path} is, or lies behind, a link`);
        if (!stats.isFile()) throw unreadablePolicy(`${path} is not a file`);
        if (stats.size > FILE_LIMIT) throw unreadablePolicy(`${path} has more than ${FILE_LIMIT} bytes`);
        const way = wayUp(whole);
        for (const [index, sddl] of descriptorsOf(way, systemRoot, run).entries())
          judgeDescriptor(sddl, index === 0 ? 'file' : 'folder', way[index] ?? path);
        return readFileSync(whole);
      } catch (thrown) {
        if (systemCode(thrown) === '') throw thrown;
        throw unreadable(path, thrown);
      }
    },
  };
}

/** The file, its folder, and so on; not the drive itself, where Windows lets nobody replace a folder of the system. */
function wayUp(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [path, ...wayUp(parent)];
}

/** By a variable, since a path may have any quotes in it. */
const SCRIPT =
  "$ErrorActionPreference = 'Stop'; $env:POS_PAIRING_PATHS.Split('|') | ForEach-Object { (Get-Acl -LiteralPath $_).Sddl }";

function descriptorsOf(paths: readonly string[], systemRoot: string, run: RunProgramSync): string[] {
  const powershell = join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const { output } = run(powershell, ['-NoProfile', '-NonInteractive', '-Command', SCRIPT], {
    POS_PAIRING_PATHS: paths.join('|'),
  });
  const lines = (output?.toString('latin1') ?? '').split(/\r?\n/).filter((line) => line !== '');
  if (lines.length !== paths.length)
    throw unsafePolicy(`${paths[0]}: Windows does not tell who may write it`);
  return lines;
}

/**
 * Throws {@link Failure} `policy-unsafe` when a security descriptor in SDDL (MS-DTYP section 2.5.1) lets others than
 * administrators change a file, or what is in a folder.
 */
export function judgeDescriptor(sddl: string, what: 'file' | 'folder', path: string): void {
  const [, owner = ''] = /^O:(S-[\d-]+|[A-Z]{2})/.exec(sddl) ?? [];
  if (!ADMINISTRATORS.has(owner) && !isLocalAdministrator(owner))
    throw unsafePolicy(`${path} belongs to ${owner || 'nobody known'}, who is not an administrator`);
  // The system list follows as "S:"; a list without entries lets nobody in, no list at all everybody.
  const [, list] = /D:[A-Z_]*((?:\([^)]*\))*)/.exec(sddl) ?? [];
  if (list === undefined || /D:[A-Z_]*NO_ACCESS_CONTROL/.test(sddl))
    throw unsafePolicy(`${path} can be written by everybody`);
  for (const [, entry = ''] of list.matchAll(/\(([^)]*)\)/g)) {
    const [type = '', flags = '', rights = '', , , who = ''] = entry.split(';');
    // Allowing entries begin with A, or are those with conditions (XA) or of objects (OA).
    const allows = /^(?:A|XA|OA|ZA)$/.test(type);
    const isForChildrenOnly = /^(?:..)*IO/.test(flags);
    if (!allows || isForChildrenOnly || ADMINISTRATORS.has(who) || isLocalAdministrator(who)) continue;
    if ((rightsOf(rights) & (what === 'file' ? CHANGES_FILE : CHANGES_FOLDER)) !== 0)
      throw unsafePolicy(`${path} can be changed by ${who}`);
  }
}

/** The account that every Windows is set up with, whatever it is called. */
const isLocalAdministrator = (who: string): boolean => /^S-1-5-21-[\d-]+-500$/.test(who);

/** What cannot be understood counts as everything. */
function rightsOf(text: string): number {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  const names = text.match(/../g) ?? [];
  return names.reduce(
    (sum, name) => sum | (RIGHTS[name] ?? GENERIC_ALL),
    text.length % 2 === 0 ? 0 : GENERIC_ALL,
  );
}
