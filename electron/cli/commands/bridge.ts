import type { z } from 'zod';
import { failure } from '../../core/failure.ts';
import type { CommandContext } from '../command.ts';
import { DOCUMENTS } from '../documents.ts';
import { type Exit, usageError } from '../exit-codes.ts';
import { optionOf } from '../parse.ts';
import { whichPairing } from '../which-pairing.ts';

const TOKEN = /^[A-Za-z0-9_-]{32,128}$/;

/** Serves a bridge until whoever called ends it, or the pairing goes. */
export async function bridge({
  invocation,
  inputs,
  core,
  hear,
  io,
  endManager,
}: CommandContext): Promise<Exit> {
  const token = inputs.secrets.token ?? '';
  if (!TOKEN.test(token)) throw usageError('The token must be 32 to 128 characters of A-Z a-z 0-9 - and _.');
  const { id } = whichPairing(invocation, core);
  const tell = (event: z.infer<typeof DOCUMENTS.bridge>) => {
    const checked = DOCUMENTS.bridge.parse(event);
    io.writeOut(invocation.json ? `${JSON.stringify(checked)}\n` : `${Object.values(checked).join(' ')}\n`);
  };
  if (io.signal.aborted) throw failure('cancelled', 'before the bridge');
  let state = '';
  let isConnected = false;
  const stopHearing = hear((news) => {
    if (news.type === 'bridge-locked' && news.pairing.id === id) tell({ event: 'locked', forMs: news.forMs });
    if (news.type !== 'bridge-changed' || news.pairingId !== id || state === '') return;
    const { view } = news;
    const connected = view.till?.connected === true;
    if (connected !== isConnected) tell({ event: 'till', connected, origin: view.till?.origin ?? '' });
    isConnected = connected;
    if (view.state !== state) tell({ event: 'state', state: view.state, reason: view.reason?.code ?? null });
    state = view.state;
  });
  try {
    const served = await core.bridges.serve(id, {
      port: optionOf(invocation, 'port') ?? '',
      origins: (invocation.values.get('origin') ?? []).join('\n'),
      messageLimitKib: optionOf(invocation, 'limit-kib') ?? '1024',
      token,
    });
    endManager();
    tell({ event: 'listening', port: served.port });
    state = core.bridges.view(id).state;
    tell({ event: 'state', state, reason: core.bridges.view(id).reason?.code ?? null });
    const asked = new Promise<'asked'>((resolve) => {
      if (io.signal.aborted) resolve('asked');
      io.signal.addEventListener('abort', () => resolve('asked'), { once: true });
    });
    const reason = await Promise.race([asked, served.ended.then(() => 'switched-off' as const)]);
    state = '';
    await served.close();
    tell({ event: 'ended', reason });
    return reason === 'asked' ? 'ok' : 'interrupted';
  } finally {
    stopHearing();
  }
}
