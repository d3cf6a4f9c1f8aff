import { dirname } from 'node:path';
import { app } from 'electron';
import { posixFiles } from '../core/policy/posix-files.ts';
import type { PolicyPlaces } from '../core/policy/read-policy.ts';
import { systemPlaces } from '../core/policy/system-places.ts';
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

function testPlaces(file: string): PolicyPlaces {
  const owners = [process.getuid?.() ?? 0];
  const groups = [process.getgid?.() ?? 0];
  return { system: null, file, files: posixFiles({ owners, groups, below: dirname(file) }) };
}
