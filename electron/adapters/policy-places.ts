import { dirname, win32 } from 'node:path';
import { app } from 'electron';
import { posixFiles, systemGuard } from '../core/policy/posix-files.ts';
import { profilePolicy } from '../core/policy/profile.ts';
import type { PolicyPlaces } from '../core/policy/read-policy.ts';
import { registryPolicy } from '../core/policy/registry.ts';
import { windowsFiles } from '../core/policy/windows-files.ts';
import { testPolicyFile } from './command-line.ts';

/**
 * Where this computer may have a policy. A development build knows none but `--policy-file=FILE`, whose owner counts
 * as the administrator; so tests do not depend on the computer they run on.
 */
export function policyPlaces(): PolicyPlaces | undefined {
  const forTest = testPolicyFile();
  if (forTest !== undefined) return testPlaces(forTest);
  return app.isPackaged ? systemPlaces() : undefined;
}

function systemPlaces(): PolicyPlaces {
  const { platform } = process;
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

function testPlaces(file: string): PolicyPlaces {
  const owners = [process.getuid?.() ?? 0];
  const groups = [process.getgid?.() ?? 0];
  return { system: null, file, files: posixFiles({ owners, groups, below: dirname(file) }) };
}
