import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { parseCidr } from '../../../electron/core/discovery/ranges.ts';
import { failure, required } from '../../../electron/core/failure.ts';
import { validateRequest } from '../../../electron/core/pairing/valid-request.ts';
import { readRootCas } from '../../../electron/core/pki/root-ca.ts';
import { callGate, type Handlers } from '../../../electron/ipc/call-gate.ts';
import { parseBridgePort, parseMessageLimit, parseOrigins } from '../../../shared/bridge.ts';
import { appErrorSchema } from '../../../shared/errors.ts';
import { parseAddress, parsePairingName, parsePort } from '../../../shared/inputs.ts';
import { METHODS, type Method } from '../../../shared/ipc/index.ts';
import { parsePin } from '../../../shared/manager.ts';
import { choicesFrom } from '../choices.ts';
import { mutateValue } from '../mutate/json.ts';
import { codeOfError, must, type Target, target } from '../target.ts';

/** Stands where a secret may be, or where it was put by mistake. */
const SECRET = 'S3CR3T-8QW1YS1D';
const ID = randomUUID();
const METHOD_NAMES = Object.keys(METHODS) as Method[];

/** A request that the contract takes, for each method that has any. */
const REQUESTS: Partial<Record<Method, unknown>> = {
  dismissNotice: { id: 'pairing:damaged:x' },
  copyText: { text: SECRET },
  previewRootCa: { bytes: new TextEncoder().encode('-----BEGIN CERTIFICATE-----') },
  trustRootCas: { fingerprints: ['AA:BB'] },
  removeRootCa: { fingerprint256: 'AA:BB' },
  confirmOtherRootCa: { pairingId: ID, fingerprint256: 'AA:BB' },
  startPairing: {
    address: '127.0.0.1',
    transport: 'wss',
    code: '8QW1YS1D',
    posId: '1',
    serial: '',
    serialSource: 'typed',
    replaces: null,
    allowSwap: false,
  },
  answerIdentity: { attemptId: ID, accepted: true },
  renamePairing: { pairingId: ID, name: 'Bar' },
  setWatchLive: { pairingId: ID, on: true },
  moveAddress: { pairingId: ID, address: '127.0.0.1:8443' },
  planKit: { pairingId: ID, format: 'p12' },
  exportKit: { pairingId: ID, format: 'pem', password: { kind: 'typed', text: SECRET } },
  startDoctor: { of: 'pairing', pairingId: ID, takeChannel: false },
  configureBridge: { pairingId: ID, on: true, port: '8765', origins: 'https://a.b', messageLimitKib: '1024' },
  setStartsWithComputer: { on: true },
  startSearch: { port: '8443', cidrs: ['192.168.1.0/24'] },
  readHistory: { text: '', kinds: ['paired'], pairingId: null, offset: 0, limit: 50 },
  exportHistory: { format: 'csv' },
  updateSettings: { tray: true, checkIntervalMinutes: 30 },
  unlockManager: { pin: SECRET },
  setManagerPin: { pin: SECRET },
  changeManagerPin: { oldPin: SECRET, newPin: SECRET },
  clearManagerPin: { pin: SECRET },
  resetManagerPin: { confirmed: true },
};
const requestOf = (method: Method): unknown =>
  REQUESTS[method] ??
  (method.startsWith('cancel')
    ? { runId: ID, searchId: ID, attemptId: ID }
    : { pairingId: ID, attemptId: ID });

const nothingElse = (): never => {
  throw failure('cancelled', 'as far as the gate');
};

/** Handlers that judge what was typed as the core does, and go no further. */
function handlers(): Handlers {
  const judging: Partial<Handlers> = {
    startPairing: (request) => {
      validateRequest(request);
      return nothingElse();
    },
    renamePairing: ({ name }) => {
      required(parsePairingName(name));
      return nothingElse();
    },
    moveAddress: ({ address }) => {
      required(parseAddress(address));
      return nothingElse();
    },
    configureBridge: ({ port, origins, messageLimitKib }) => {
      required(parseBridgePort(port));
      required(parseOrigins(origins));
      required(parseMessageLimit(messageLimitKib));
      return nothingElse();
    },
    startSearch: ({ port, cidrs }) => {
      required(parsePort(port));
      cidrs.forEach(parseCidr);
      return nothingElse();
    },
    previewRootCa: ({ bytes }) => {
      readRootCas(bytes, Date.now(), 0);
      return nothingElse();
    },
    setManagerPin: ({ pin }) => {
      required(parsePin(pin));
      return nothingElse();
    },
  };
  return {
    ...(Object.fromEntries(METHOD_NAMES.map((name) => [name, nothingElse])) as unknown as Handlers),
    ...judging,
  };
}

const resultSchema = z.object({ ok: z.literal(false), error: appErrorSchema });
const junk = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
  fc.constantFrom(undefined, null, SECRET, [SECRET], Number.NaN),
);

export function ipcTargets(): Target[] {
  const answer = callGate(handlers());
  const nearlyRight = fc.constantFrom(...METHOD_NAMES).chain((method) =>
    fc
      .tuple(
        fc.constantFrom(1, 0, 1, 2),
        fc.array(fc.noBias(fc.nat({ max: 0xffff })), { maxLength: 30, size: 'max' }),
      )
      .map(([times, list]) => {
        const choices = choicesFrom(list);
        let request: unknown = requestOf(method);
        for (let left = times; left > 0; left -= 1) request = mutateValue(request, choices, [SECRET]);
        return { method: method as unknown, request, trusted: true };
      }),
  );
  const anything = fc.record({
    method: fc.oneof(
      fc.constantFrom<unknown>(...METHOD_NAMES, '__proto__', 'constructor', 'toString'),
      fc.anything(),
    ),
    request: junk,
    trusted: fc.boolean(),
  });
  return [
    target({
      name: 'ipc',
      about: 'Calls of the window: every method, nearly right and with junk',
      share: 60,
      reaches: ['cancelled', 'invalid-request', 'pin-invalid', 'root-ca-unreadable'],
      inputs: fc.oneof({ weight: 3, arbitrary: nearlyRight }, { weight: 1, arbitrary: anything }),
      run: async ({ method, request, trusted }) => {
        const answered = await answer({ isTrusted: trusted, method, request });
        const result = resultSchema.safeParse(answered);
        must(result.success, 'each call is answered with an error of the catalogue');
        const code = result.data ? codeOfError(result.data.error) : '';
        // Of what was typed wrongly the field is shown what it had; of a call out of form nothing.
        must(
          code !== 'invalid-request' || !JSON.stringify(answered).includes(SECRET),
          'no input in the error',
        );
        must(trusted || code === 'invalid-request', 'nobody else is answered');
        return code;
      },
    }),
  ];
}
