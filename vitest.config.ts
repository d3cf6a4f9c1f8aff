import { defineConfig } from 'vitest/config';

// Outside Electron, the "electron" package would download its binary as soon as electron-store imports it.
const env = { ELECTRON_OVERRIDE_DIST_PATH: '/not-used-in-plain-node' };

export default defineConfig({
  test: {
    projects: [
      // RSA keys take their time on a busy machine.
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 30_000, env } },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/simulator/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          env,
        },
      },
    ],
  },
});
