import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../electron-runtime/fallback-dist.ts';
import { Unavailable } from '../outcome.ts';

export interface PinnedNode {
  /** Such as `24`. */
  readonly major: string;
  readonly executable: string;
}

const PINNED = {
  linux: { program: 'bin/node', majors: ['24', '26'] },
  windows: { program: 'bin/node.exe', majors: ['20', '22'] },
} as const;

/**
 * Other versions of Node, which npm packages pinned by integrity (<system>/package-lock.json) carry, unpacked once into
 * the cache folder. For tests on linux-x64 only. Throws {@link Unavailable}.
 */
export function pinnedNodes(system: keyof typeof PINNED): PinnedNode[] {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Unavailable('only on linux-x64');
  const source = resolve(import.meta.dirname, system);
  const lock = readFileSync(join(source, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const installed = join(cacheFolder(), `nodes-${system}-${version}`);
  if (!existsSync(installed)) install(system, source, installed);
  const { program, majors } = PINNED[system];
  return majors.map((major) => ({
    major,
    executable: join(installed, 'node_modules', `node-${major}`, program),
  }));
}

function install(system: string, source: string, installed: string): void {
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'unpack-'));
  try {
    cpSync(source, folder, { recursive: true });
    console.log(`Fetching versions of Node for ${system} (once)…`);
    // By force: npm refuses packages for another system.
    const args = ['ci', '--force', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    // The rename is what makes it count: a run that was interrupted, or a second one, leaves no half folder.
    if (!existsSync(installed)) renameSync(folder, installed);
  } catch (thrown) {
    throw new Unavailable(
      `npm could not fetch them: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
