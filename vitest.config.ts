import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const common = {
  // RSA keys take their time on a busy machine.
  testTimeout: 30_000,
  hookTimeout: 30_000,
  // As with the end-to-end tests: a busy machine is tried once more, and the report tells of it.
  retry: process.env['CI'] ? 1 : 0,
  // electron-store imports Electron, which neither plain Node nor Electron's own, run as Node, can.
  alias: { electron: resolve('tests/support/no-electron.ts') },
  server: { deps: { inline: ['electron-store'] } },
  // Neither can a process that a test starts; there, this keeps the package from downloading the program.
  env: { ELECTRON_OVERRIDE_DIST_PATH: '/not-used-in-plain-node' },
};

export default defineConfig({
  test: {
    // Processes: threads of Electron's own Node are no Node.
    pool: 'forks',
    // Even on two cores: the tests mostly wait for connections.
    maxWorkers: 4,
    projects: [
      { test: { ...common, name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/simulator/**/*.test.ts'],
        },
      },
    ],
  },
});
