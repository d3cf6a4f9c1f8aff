import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chromium, type Page } from '@playwright/test';
import WebSocket from 'ws';
import { CHROMIUM, CHROMIUM_FLAGS } from '../tests/support/browser-till.ts';

type Say = (text: string) => void;
interface BridgeAccess {
  readonly address: string;
  readonly token: string;
}

/** From the success screen on: what a manager does so that the till in a browser can use the device. */
export async function switchBridgeOn(page: Page, posId: string, origin: string): Promise<BridgeAccess> {
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: posId, exact: true }).click();
  await page.getByRole('button', { name: 'Set up the bridge' }).click();
  await page.getByLabel('Web pages that may connect').fill(origin);
  await page.getByRole('switch', { name: 'Bridge on' }).check({ force: true });
  const token = (await page.locator('[data-bridge-token]').textContent()) ?? '';
  return { address: `ws://127.0.0.1:${await page.getByLabel('Port').inputValue()}`, token };
}

/** Takes a payment and tells of it; whether it was answered. Where there is no browser, over the same WebSocket. */
export function takePayment(access: BridgeAccess, origin: string, say: Say): Promise<boolean> {
  return existsSync(CHROMIUM) ? payInBrowser(access, origin, say) : payWithoutBrowser(access, say);
}

async function payInBrowser({ address, token }: BridgeAccess, origin: string, say: Say): Promise<boolean> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => say(`till → ${payload}`));
      socket.on('framereceived', ({ payload }) => say(`till ← ${payload}`));
    });
    await page.goto(origin);
    await page.getByLabel('Address of the bridge').fill(address);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Take the payment' }).click();
    const ended = page.locator('output:not([data-state="connecting"], [data-state="running"])[data-state]');
    await ended.waitFor();
    say(`till    ${await ended.textContent()}`);
    return (await ended.getAttribute('data-state')) === 'answered';
  } finally {
    await browser.close();
  }
}

async function payWithoutBrowser({ address, token }: BridgeAccess, say: Say): Promise<boolean> {
  const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${token}` } });
  await once(socket, 'open');
  const payment = JSON.stringify({
    type: 'PaymentRequest',
    merchantReferenceCode: 'demo-1',
    amountDetails: { amount: '12.50', currency: 'EUR' },
  });
  const answered = new Promise<boolean>((resolve) => {
    socket.on('message', (data) => {
      const text = String(data);
      say(`till ← ${text}`);
      if (text.includes('"PaymentResponse"')) resolve(true);
    });
    socket.on('close', () => resolve(false));
  });
  say(`till → ${payment}`);
  socket.send(payment);
  const result = await answered;
  socket.close(1000);
  return result;
}
