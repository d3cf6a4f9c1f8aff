import { spawnSync } from 'node:child_process';

/** Builds main process, preload script and renderer into out/. Ends this process when that fails. */
export function build(): void {
  const { status } = spawnSync('npx', ['vite', 'build', '--app', '--logLevel', 'warn'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
