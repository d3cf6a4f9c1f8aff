import { sameSerial, serialOf } from '../../../shared/identity.ts';
import { parseAddress, parsePosId, parseSerial, TRANSPORTS, type Transport } from '../../../shared/inputs.ts';
import { Failure, required } from '../../core/failure.ts';
import type { AttemptEnd } from '../../core/news.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { PairingItem } from '../documents.ts';
import { usageError } from '../exit-codes.ts';
import { pairingItem, pairingLine } from '../pairing-item.ts';
import { optionOf, requiredOption } from '../parse.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
/** As long as a pairing waits for its device. */
const LONGEST_WAIT_MS = 15 * 60_000;

/** Milliseconds of a duration such as `90s` or `15m`. Throws {@link CliError} `usage`. */
export function parseWait(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,5})(s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  if (number === '' || !(ms <= LONGEST_WAIT_MS))
    throw usageError('--wait-for-device takes a duration of up to 15m, such as 90s or 5m.');
  return ms;
}

function transportOf(chosen: string | undefined, address: string): Transport {
  if (chosen === undefined) return required(parseAddress(address)).transport ?? 'wss';
  const transport = TRANSPORTS.find((known) => known === chosen);
  if (!transport) throw usageError('--transport is wss or https.');
  return transport;
}

/**
 * Pairs, or makes the pairing with this very device under this POS ID anew. The serial number was typed, so nobody is
 * asked; where somebody would have to be, as under another Root CA, the pairing ends.
 */
export async function pair({
  invocation,
  inputs,
  core,
  hear,
  io,
  progress,
}: CommandContext): Promise<Outcome<PairingItem & { readonly outcome: 'paired' | 'waiting' }>> {
  const address = requiredOption(invocation, 'address');
  const posId = required(parsePosId(requiredOption(invocation, 'pos-id')));
  const serialText = requiredOption(invocation, 'serial');
  const { serial } = required(parseSerial(serialText));
  if (serial === '') throw usageError('--serial is empty: nobody is there to say which device it is.');
  const waitText = optionOf(invocation, 'wait-for-device');
  const waitMs = waitText === undefined ? 0 : parseWait(waitText);
  const known = core.vault.pairings.find(
    (pairing) => pairing.posId === posId && sameSerial(serialOf(pairing.identity), serial),
  );
  let endWaiting: NodeJS.Timeout | undefined;
  let stopHearing = () => {};
  const ended = new Promise<AttemptEnd>((resolve, reject) => {
    let attemptId: string | undefined;
    let told = '';
    stopHearing = hear((news) => {
      if (news.type === 'pairing-ended') resolve(news.end);
      if (news.type !== 'pairing-progress' || news.progress.attemptId !== attemptId) return;
      const { stages, identityQuestion, waiting, deviceMessage, outcome } = news.progress;
      if (identityQuestion) core.pairing.answerIdentity(attemptId, false);
      const stage = stages.findLast(({ state }) => state === 'running' || state === 'needs-you')?.stage;
      const line =
        waiting && !outcome ? 'waits for Connect Device on the device' : (deviceMessage ?? stage ?? told);
      if (line !== told) progress(line);
      told = line;
      // Not within the progress that told of it.
      if (waiting && !outcome) endWaiting ??= setTimeout(cancel, waitMs);
    });
    const cancel = () => attemptId && core.pairing.cancel(attemptId);
    io.signal.addEventListener('abort', cancel, { once: true });
    try {
      ({ attemptId } = core.pairing.start({
        address,
        transport: transportOf(optionOf(invocation, 'transport'), address),
        code: inputs.secrets.code ?? '',
        posId,
        serial: serialText,
        serialSource: 'typed',
        replaces: known?.id ?? null,
        allowSwap: false,
      }));
    } catch (thrown) {
      reject(thrown);
    }
  });
  try {
    const { result, stored, isProved } = await ended;
    if (!result.ok) throw new Failure(result.error);
    const item = pairingItem(stored ?? result.value, core);
    return isProved
      ? { exit: 'ok', document: { ...item, outcome: 'paired' }, text: pairingLine(item) }
      : {
          exit: 'waiting',
          document: { ...item, state: 'waiting', outcome: 'waiting' },
          text: `Paired. Tap Connect Device on the device, then run check.\n${pairingLine({ ...item, state: 'waiting' })}`,
        };
  } finally {
    stopHearing();
    clearTimeout(endWaiting);
  }
}
