import { expect, test } from './app.ts';

test('starts no process for the network, and has no graphics processor draw', async ({ app }) => {
  await app.launch();
  const { processes, drawing } = await app.electron.evaluate(({ app: electron }) => ({
    processes: electron.getAppMetrics().map(({ type, serviceName }) => serviceName ?? type),
    drawing: electron.getGPUFeatureStatus().gpu_compositing,
  }));
  // A newer Chromium may give the feature in adapters/lean-chromium.ts another name, and then ignores it silently.
  expect(processes.filter((name) => name.startsWith('network.'))).toEqual([]);
  expect(processes).toContain('Browser');
  // Also where there is none; tests/unit/lean-chromium.test.ts sees that it is not asked for.
  expect(drawing).toBe('disabled_software');
});
