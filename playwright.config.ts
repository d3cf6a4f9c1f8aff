import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  // What the tests compare is what the documentation shows.
  snapshotPathTemplate: 'docs/screenshots/{arg}{ext}',
  // Each test has an Electron and a device of its own. On two cores, a third uses what two leave idle as they wait.
  workers: 3,
  timeout: 60_000,
  // A shared build machine may stall at any moment; what passed only at the second try is named at the end.
  retries: process.env['CI'] ? 1 : 0,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
});
