import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { posixFiles } from '../core/policy/posix-files.ts';
import { ANY_FILES, type PolicyPlaces } from '../core/policy/read-policy.ts';
import { systemPlaces } from '../core/policy/system-places.ts';
import { testPolicyFile } from './command-line.ts';
import { IS_PACKAGED } from './packaged.ts';

/**
 * Where this computer may have a policy. A development build knows none but `--policy-file=FILE`, whose owner counts
 * as the administrator; so tests do not depend on the computer they run on.
 */
export function policyPlaces(): PolicyPlaces | undefined {
  const forTest = testPolicyFile();
  if (forTest !== undefined) return testPlaces(forTest);
  return IS_PACKAGED ? systemPlaces() : undefined;
}

function testPlaces(file: string): PolicyPlaces {
  // There whoever tests owns neither the temporary folder nor what is above it alone.
  if (process.platform === 'win32') return { system: null, file, files: ANY_FILES };
  const owners = [process.getuid?.() ?? 0];
  const groups = [process.getgid?.() ?? 0];
  return { system: null, file, files: posixFiles({ owners, groups, below: realFolderOf(file) }) };
}

/** macOS has its temporary folders behind a link. */
function realFolderOf(file: string): string {
  try {
    return realpathSync(dirname(file));
  } catch {
    return dirname(file);
  }
}
