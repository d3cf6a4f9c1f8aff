import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Core, createCore } from '../../electron/core/core.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { choice } from '../support/bridge-rig.ts';
import { CHROMIUM_FLAGS, findChromium, serveTill } from '../support/browser-till.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

const executablePath = findChromium();

describe.skipIf(!executablePath)('a page in a real browser as the till', () => {
  let browser: Browser;
  let folder: string;
  let device: SimulatedDevice;
  let core: Core;
  let server: Awaited<ReturnType<typeof serveTill>>;
  let id: string;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: CHROMIUM_FLAGS });
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pos-browser-'));
    device = await startSteadyDevice();
    server = await serveTill();
    let paired = (_id: string) => {};
    const pairedId = new Promise<string>((resolve) => {
      paired = resolve;
    });
    core = createCore({
      documents: new MemoryDocuments(),
      historyFolder: folder,
      cipher: new MemoryCipher(),
      ...CORE_PARTS,
      tell: (news) => {
        if (news.type === 'pairing-ended' && news.end.stored) paired(news.end.stored.id);
      },
    });
    await trustAll(core, device.rootCaPem);
    core.pairing.start(requestFor(device));
    id = await pairedId;
    page = await browser.newPage();
    await page.goto(server.origin);
  }, 60_000);
  afterEach(async () => {
    await page.close();
    await core.close();
    await device.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const address = () => `ws://127.0.0.1:${core.bridges.view(id).settings.port}`;
  async function pay(token: string, to = address()) {
    await page.getByLabel('Address of the bridge').fill(to);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Take the payment' }).click();
  }
  const outcome = (state: string) => page.locator(`output[data-state="${state}"]`).waitFor();
  async function switchOn(origins: string): Promise<string> {
    const { token } = await core.bridges.configure(id, choice({ origins }));
    if (token === null) throw new Error('no token');
    return token;
  }

  it('takes a payment, by name too', async () => {
    const token = await switchOn(server.origin);
    await pay(token);
    await outcome('answered');
    expect(await page.getByRole('status').textContent()).toBe('Payment successful');
    await pay(token, address().replace('127.0.0.1', 'localhost'));
    await outcome('answered');
    expect(device.operations.map(({ state }) => state)).toEqual(['approved', 'approved']);
  });

  it('is told that the outcome of its payment is unknown, and the device has it once', async () => {
    device.configure({ payment: 'undecided' });
    const token = await switchOn(server.origin);
    await pay(token);
    await outcome('running');
    await page.getByRole('listitem').first().waitFor();
    device.dropConnections();
    await outcome('unknown');
    expect(await page.locator('output').getAttribute('data-code')).toBe('4201');
    expect(device.operations).toHaveLength(1);
  });

  it('of another origin, or with another token, gets nowhere', async () => {
    const token = await switchOn('https://till.example.com');
    await pay(token);
    await outcome('no-connection');
    await core.bridges.configure(
      id,
      choice({ origins: server.origin, port: String(core.bridges.view(id).settings.port) }),
    );
    await pay(`${token.slice(1)}x`);
    await outcome('no-connection');
    expect(device.operations).toEqual([]);
    await pay(token);
    await outcome('answered');
  });

  it('reads the status with its token, and not from another page', async () => {
    const token = await switchOn(server.origin);
    const url = `${address().replace('ws:', 'http:')}/status`;
    const read = (text: string) =>
      page.evaluate(
        async ([from, secret]) => {
          try {
            const response = await fetch(from ?? '', { headers: { Authorization: `Bearer ${secret}` } });
            return { status: response.status, body: response.ok ? await response.json() : null };
          } catch (thrown) {
            return { status: 0, body: String(thrown) };
          }
        },
        [url, text] as const,
      );
    expect(await read(token)).toEqual({
      status: 200,
      body: { state: 'ready', reason: null, till: null, lastTill: null },
    });
    expect((await read('x')).status).toBe(401);
    const port = String(core.bridges.view(id).settings.port);
    await core.bridges.configure(id, choice({ port }));
    expect(await read(token)).toMatchObject({ status: 0 });
  });
});
