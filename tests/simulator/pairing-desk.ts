import { type Answer, renderAnswer } from './answers.ts';
import type { CodeVerdict, SetupCodes } from './codes.ts';
import type { Peer } from './front-door.ts';
import type { ConnectionRecord } from './journal.ts';
import type { Ledger } from './ledger.ts';
import type { DeviceParts } from './parts.ts';
import { type PairingRequest, pairingRequestIn } from './requests.ts';

export interface Refusal {
  readonly message: string;
  readonly developerDescription: string;
}

export type PairingResult =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly refusal: Refusal };

/** Called before the answer goes out on the connection. */
type OnPaired = (posId: string, connection: ConnectionRecord) => void;

/** Takes codes and hands out certificates. */
export class PairingDesk {
  readonly #parts: DeviceParts;
  readonly #codes: SetupCodes;
  readonly #ledger: Ledger;
  readonly #onPaired: OnPaired;

  constructor(parts: DeviceParts, codes: SetupCodes, ledger: Ledger, onPaired: OnPaired) {
    this.#parts = parts;
    this.#codes = codes;
    this.#ledger = ledger;
    this.#onPaired = onPaired;
  }

  async pair(json: unknown, { record }: Peer): Promise<PairingResult> {
    const request = pairingRequestIn(json);
    const refusal = request ? this.#refusalOf(request) : MALFORMED_REQUEST;
    if (refusal || !request) {
      const { developerDescription: reason } = refusal ?? MALFORMED_REQUEST;
      this.#parts.emit({ type: 'pairing-refused', posId: request?.posId ?? null, reason });
      return { ok: false, refusal: refusal ?? MALFORMED_REQUEST };
    }
    const { posId, setupCode } = request;
    // Before anything asynchronous: of two simultaneous requests with one code only the first may succeed.
    this.#codes.use(setupCode);
    const fault = this.#parts.fault();
    const behaviour = this.#parts.behaviour();
    const credentials = await this.#ledger.issue({ posId, fault, ...behaviour });
    this.#onPaired(posId, record);
    return { ok: true, answer: renderAnswer(credentials, behaviour.answerFormat, fault) };
  }

  #refusalOf({ posId, setupCode }: PairingRequest): Refusal | null {
    const { activated, posIdPolicy } = this.#parts.behaviour();
    const fault = this.#parts.fault();
    if (!activated) return NOT_ACTIVATED;
    if (fault === 'error-response')
      return { message: 'The POS could not be activated.', developerDescription: 'Simulated failure.' };
    const code = this.#codes.check(setupCode);
    if (code !== 'valid') return CODE_REFUSALS[code];
    const taken = posIdPolicy === 'reject' && this.#ledger.knows(posId);
    return taken || fault === 'pos-id-in-use' ? POS_ID_IN_USE : null;
  }
}

const MALFORMED_REQUEST: Refusal = {
  message: 'The request is not valid.',
  developerDescription: 'Expected a JSON object with the strings posId and setupCode.',
};

const NOT_ACTIVATED: Refusal = {
  message: 'The device is not activated.',
  developerDescription: 'The device has no activation yet.',
};

const POS_ID_IN_USE: Refusal = {
  message: 'The POS ID is already in use.',
  developerDescription: 'posId has been registered before.',
};

const CODE_REFUSALS: Readonly<Record<Exclude<CodeVerdict, 'valid'>, Refusal>> = {
  used: { message: 'The code has already been used.', developerDescription: 'setupCode was used before.' },
  expired: { message: 'The code has expired.', developerDescription: 'setupCode has expired.' },
  unknown: { message: 'The code is not valid.', developerDescription: 'setupCode is unknown.' },
};
