import { win32 } from 'node:path';
import { posixFiles, systemGuard } from './posix-files.ts';
import { profilePolicy } from './profile.ts';
import type { PolicyPlaces } from './read-policy.ts';
import { registryPolicy } from './registry.ts';
import { windowsFiles } from './windows-files.ts';

/** Where a computer of this system may have a policy that its administrators have made (docs/policy.md). */
export function systemPlaces(platform: NodeJS.Platform = process.platform): PolicyPlaces {
  if (platform === 'win32') {
    const systemRoot = process.env['SystemRoot'] ?? 'C:\\Windows';
    const programData = process.env['ProgramData'] ?? 'C:\\ProgramData';
    return {
      system: registryPolicy(systemRoot),
      file: win32.join(programData, 'POS Pairing', 'policy.json'),
      files: windowsFiles(systemRoot),
    };
  }
  const files = posixFiles(systemGuard(platform));
  if (platform === 'darwin') {
    return {
      system: profilePolicy(files),
      file: '/Library/Application Support/POS Pairing/policy.json',
      files,
    };
  }
  return { system: null, file: '/etc/pos-pairing/policy.json', files };
}
