import { expectAccessible } from './accessibility.ts';
import { expect, test } from './app.ts';
import { pair, trustRootCa } from './steps.ts';

const TITLE = 'Notes on this register’s certificate';

test('what is unusual about the certificate stands folded on both pages, and alarms nobody', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  // Ten minutes: the certificate is not valid yet by this computer's clock, and the device lets it in.
  device.configure({ clockAheadMs: 600_000 });
  await trustRootCa(page, device);
  await pair(page, device, 'wss', '7');
  const fold = page.getByRole('button', { name: TITLE });
  const note = page.getByText(/clock is about 10 min ahead of this computer’s/);
  await expect(note).toBeHidden();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await fold.click();
  await expect(note).toBeVisible();
  await expectAccessible(page, 'Register paired, with notes');

  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: '7', exact: true }).click();
  await fold.click();
  await expect(note).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expectAccessible(page, 'Device, with notes on its certificate');
});

test('without anything unusual there is no such fold', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await pair(page, device, 'wss', '7');
  await expect(page.getByRole('button', { name: TITLE })).toHaveCount(0);
});
