import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../electron/core/failure.ts';
import { bridgeCloseCode } from '../../../shared/bridge-close-codes.ts';
import { choice, till } from '../../support/bridge-rig.ts';
import { group } from '../case.ts';
import { type RemoteDevice, startDevice } from '../devices.ts';
import { kill, startRole, until } from '../own-process.ts';
import { startRegister } from '../register.ts';

const PAGE = 'https://till.example';
const WAIT_LIMIT_MS = 20_000;

interface Bridged {
  readonly device: RemoteDevice;
  readonly register: ReturnType<typeof startRegister>;
  readonly id: string;
  readonly token: string;
  readonly port: number;
}

/** A paired register whose bridge is on, for as long as `work` takes. */
async function bridged(folder: string, work: (bridge: Bridged) => Promise<void>): Promise<void> {
  const device = await startDevice();
  const register = startRegister(folder);
  try {
    await register.trust(device.rootCaPem);
    const { stored } = await register.pair(device, { transport: 'wss', code: device.code });
    const id = stored?.id ?? '';
    const { token, view } = await register.core.bridges.configure(id, choice({ origins: PAGE }));
    assert.ok(token !== null && view.settings.port !== null);
    await work({ device, register, id, token, port: view.settings.port });
  } finally {
    await register.core.close();
    await device.stop();
  }
}

/** Waits for what is not told to this process. */
async function soon(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const since = performance.now(); !(await holds()); await sleep(20))
    assert.ok(performance.now() - since < WAIT_LIMIT_MS, `${what}: not in ${WAIT_LIMIT_MS} ms`);
}

/** What the bridge answers over HTTP. */
async function asked(port: number, headers: OutgoingHttpHeaders): Promise<{ status?: number; body: string }> {
  const asking = request({ host: '127.0.0.1', port, path: '/status', headers, agent: false }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve);
    asking.once('error', reject);
  });
  return { ...(response.statusCode && { status: response.statusCode }), body: await text(response) };
}

/** The status with which a till is turned away. */
const refusal = ({ socket }: ReturnType<typeof till>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('open', () => reject(new Error('let in')));
  });

const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (holds: boolean) => () => {
      socket.destroy();
      resolve(holds);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });

const payment = (reference: string): string =>
  JSON.stringify({
    type: 'PaymentRequest',
    merchantReferenceCode: reference,
    amountDetails: { amount: '12.50', currency: 'EUR' },
  });

const typesOf = ({ received }: ReturnType<typeof till>): unknown[] =>
  received.map((message) => JSON.parse(message).type);

const answered = (one: ReturnType<typeof till>) =>
  soon('the answer to the payment', () => typesOf(one).includes('PaymentResponse'));

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (thrown) => (thrown instanceof Failure ? thrown.appError.code : String(thrown)),
  );

/** Another program that has a free port: the port, once it listens. */
async function otherListener(folder: string) {
  const file = join(folder, 'port');
  const program = startRole('listen', file);
  await until('the other program listens', () => existsSync(file));
  return { port: readFileSync(file, 'utf8'), end: () => kill(program) };
}

export default group(
  'bridge',
  {
    'listens on this computer’s own address alone': ({ folder }) =>
      bridged(folder, async ({ port }) => {
        assert.equal(await listens('127.0.0.1', port), true);
        assert.equal(await listens('127.0.0.2', port), false);
      }),
    'lets in by token, and a page by its origin too': ({ folder }) =>
      bridged(folder, async ({ port, token }) => {
        const authorization = `Bearer ${token}`;
        const { status, body } = await asked(port, { authorization });
        assert.equal(status, 200);
        assert.equal(JSON.parse(body).state, 'ready', body);
        assert.equal((await asked(port, { authorization, origin: PAGE })).status, 200);
        assert.equal((await asked(port, {})).status, 401);
        assert.equal((await asked(port, { authorization: `Bearer ${token}x` })).status, 401);
        assert.equal((await asked(port, { authorization, origin: 'https://other.example' })).status, 403);
        assert.equal((await asked(port, { authorization, host: `till.example:${port}` })).status, 403);
        assert.equal(await refusal(till(port, `${token}x`)), 401);
        const other = till(port, token, { headers: { Origin: 'https://other.example' } });
        assert.equal(await refusal(other), 403);
      }),
    'carries a payment once': ({ folder }) =>
      bridged(folder, async ({ device, port, token, register }) => {
        const one = till(port, token, { headers: { Origin: PAGE } });
        await one.opened();
        one.socket.send(payment('order-1'));
        await answered(one);
        assert.deepEqual((await device.look()).payments, [
          { id: 'order-1', posId: 'POS-1', state: 'approved' },
        ]);
        assert.ok(!JSON.stringify(register.core.history.all()).includes('order-1'));
        await one.close();
        await soon('the channel is given back', async () => !(await device.look()).channelOpen);
      }),
    'keeps a second till out, and the first one in': ({ folder }) =>
      bridged(folder, async ({ port, token }) => {
        const one = till(port, token);
        await one.opened();
        const two = till(port, token);
        assert.equal((await two.ended).code, bridgeCloseCode('not-handed-over', 'another-till'));
        one.socket.send(payment('order-2'));
        await answered(one);
        await one.close();
      }),
    'says what came of the messages when it is switched off or gets another token': ({ folder }) =>
      bridged(folder, async ({ register, id, port, token }) => {
        const one = till(port, token);
        await one.opened();
        const { token: newer } = await register.core.bridges.replaceToken(id);
        assert.equal((await one.ended).code, bridgeCloseCode('not-handed-over', 'bridge-ended'));
        assert.equal(await refusal(till(port, token)), 401);
        const two = till(port, newer);
        await two.opened();
        two.socket.send(payment('order-3'));
        await answered(two);
        await register.core.bridges.configure(id, choice({ on: false, port: String(port) }));
        assert.equal((await two.ended).code, bridgeCloseCode('outcome-unknown', 'bridge-ended'));
        assert.equal(await listens('127.0.0.1', port), false);
      }),
    'a device that goes away: the till is told, and nothing is queued for its return': ({ folder }) =>
      bridged(folder, async ({ device, port, token }) => {
        const one = till(port, token);
        await one.opened();
        await device.stop();
        assert.equal((await one.ended).code, bridgeCloseCode('not-handed-over', 'device-away'));
        // While it is away a till is not let in, so there is nobody who could send.
        const waiting = till(port, token);
        assert.equal(await Promise.race([waiting.opened().then(() => 'open'), sleep(500)]), undefined);
        waiting.socket.terminate();
        await device.restart();
        const two = till(port, token);
        await two.opened();
        assert.deepEqual((await device.look()).payments, []);
        two.socket.send(payment('order-4'));
        await answered(two);
        assert.deepEqual(
          (await device.look()).payments.map(({ id }) => id),
          ['order-4'],
        );
        await two.close();
      }),
    'a device that goes away in the middle of a payment: its outcome is unknown, and it is not sent again': ({
      folder,
    }) =>
      bridged(folder, async ({ device, port, token }) => {
        const one = till(port, token);
        await one.opened();
        one.socket.send(payment('order-5'));
        await soon('the payment arrives', async () => (await device.look()).payments.length === 1);
        await device.stop();
        assert.equal((await one.ended).code, bridgeCloseCode('outcome-unknown', 'device-away'));
        await device.restart();
        const two = till(port, token);
        await two.opened();
        assert.equal((await device.look()).payments.length, 1);
        await two.close();
      }),
    'a port that another program has: said, and as before; free again, it is taken': ({ folder }) =>
      bridged(folder, async ({ register, id, port, token }) => {
        const other = await otherListener(folder);
        try {
          const { bridges } = register.core;
          assert.equal(
            await codeOf(bridges.configure(id, choice({ port: other.port }))),
            'bridge-port-in-use',
          );
          assert.equal(bridges.view(id).settings.port, port);
          const one = till(port, token);
          await one.opened();
          await one.close();
        } finally {
          await other.end();
        }
        const { view } = await register.core.bridges.configure(id, choice({ port: other.port }));
        assert.equal(view.settings.port, Number(other.port));
        const two = till(Number(other.port), token);
        await two.opened();
        await two.close();
      }),
    'is there again after a restart, on the same port and with the same token': ({ folder }) =>
      bridged(folder, async ({ register, id, port, token }) => {
        await register.core.close();
        assert.equal(await listens('127.0.0.1', port), false);
        const again = startRegister(folder);
        again.core.start();
        try {
          await soon('the bridge listens', () => again.core.bridges.view(id).state === 'ready');
          const one = till(port, token);
          await one.opened();
          await one.close();
        } finally {
          await again.core.close();
        }
      }),
  },
  {
    /** Listens on any free port until it is ended, and writes which one into a file. */
    listen: async (file = '') => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const bound = server.address();
      // Renamed, so that nobody reads half of it.
      writeFileSync(`${file}.new`, String(typeof bound === 'object' && bound ? bound.port : 0));
      renameSync(`${file}.new`, file);
      await new Promise(() => {});
    },
  },
);
