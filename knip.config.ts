import type { KnipConfig } from 'knip';

/** `--production` looks for code which the app does not use but tests do; without it, for what nobody uses. */
const production = process.argv.includes('--production');

export default {
  // With an exclamation mark: what the app consists of, and the benchmarks of its core.
  entry: [
    'electron/main.ts!',
    'electron/preload.ts!',
    'renderer/index.html!',
    'scripts/bench/*.bench.ts',
    'scripts/bench/find-*.ts!',
    'scripts/bench/bridge-*.ts',
    'scripts/bench/*-device.ts',
    'scripts/disk/writer.ts',
    'scripts/soak/{pairs,days,bridge,pair-device,fleet}.ts',
    'scripts/bench/windows/probe*.cjs',
    'scripts/bench/windows/empty/*.{js,cjs}',
    'scripts/*.ts',
    // Started by their paths, as processes of their own.
    'scripts/real-keyring.cjs',
    'tests/e2e/early-second-start.cjs',
    'scripts/electron-runtime/default-app/main.js',
    'scripts/counter-card/printer/main.js',
    'scripts/package/fpm.ts',
    // Of a page.
    'tests/till/till.js',
    'tests/hostile/main.ts',
    'tests/hostile/register.ts',
    'tests/support/search-in-shortage.ts',
    'tests/support/verdicts.ts',
    'tests/support/write-document.ts',
    'tests/support/write-folder.ts',
    // Bundled, for Node for Windows.
    'tests/windows/main.ts',
    'tests/windows/groups/*.ts',
    'tests/windows/other-program.ts',
    'tests/windows/crashing-writer.ts',
    // Bundled, for the Nodes that run the fuzzer's cases.
    'tests/fuzz/worker.ts',
    // Stands for a package.
    'tests/support/no-electron.ts',
  ],
  project: [
    'electron/**!',
    'renderer/**!',
    'shared/**!',
    'scripts/bench/**!',
    'scripts/**',
    'tests/**',
    '*.ts',
  ],
  // A test may look at a part of a file by itself, as long as the app uses it.
  ignoreExportsUsedInFile: production,
  // Of the system.
  ignoreBinaries: [
    ...['Xvfb', 'apt-get', 'dbus-daemon', 'gnome-keyring-daemon'],
    ...['ip', 'ldd', 'makensis', 'mkfifo', 'mount', 'nmap', 'umount', 'unshare', 'wine'],
    ...(production ? ['tsx'] : []),
    'openssl',
  ],
} satisfies KnipConfig;
