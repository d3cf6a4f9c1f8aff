import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { errorResponse, operationStatusResponse } from './answers.ts';
import type { DeviceParts } from './parts.ts';
import { fieldOf } from './requests.ts';

type Send = (text: string) => void;
type OperationType = 'PaymentRequest' | 'LinkedRefundRequest' | 'PrintReceiptRequest';
type Decision = 'approved' | 'declined' | 'aborted';

/** One request that makes the device do something, in the order of arrival: for at-most-once. */
export interface OperationRecord {
  readonly at: number;
  readonly type: OperationType;
  /** `merchantReferenceCode`, or the `transactionId` a refund or a receipt is about. */
  readonly id: string | null;
  readonly posId: string;
  /** `busy`: not carried out, as another was running. */
  state: 'running' | 'done' | Decision | 'busy';
}

interface Running {
  readonly record: OperationRecord;
  readonly decide: (decision: Decision) => void;
  readonly decision: Promise<Decision>;
  status: string;
  canBeAborted: boolean;
}

const OPERATION_TYPES: readonly OperationType[] = [
  'PaymentRequest',
  'LinkedRefundRequest',
  'PrintReceiptRequest',
];

const IDLE = 'Ready';
const TERMINAL_BUSY = errorResponse('Terminal busy', 'A transaction is in progress.');

/**
 * The operations of Local mode, one at a time. Names and fields are those of the vendor's developer pages
 * (developer.cybersource.com, "Local Mode Payment Services"); the answer to a refund is a guess. What happens to
 * an operation whose channel breaks is unknown: here it goes on, and its answer is lost.
 */
export class Operations {
  readonly records: OperationRecord[] = [];
  readonly #parts: DeviceParts;
  #running: Running | null = null;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  /** The customer or the bank decides about the payment that waits for it. */
  decide(decision: 'approved' | 'declined'): void {
    if (!this.#running?.canBeAborted) throw new Error('No payment waits for a card.');
    this.#running.decide(decision);
  }

  /** Answers a message of a paired POS; resolves when the operation is over. */
  async handle(json: unknown, posId: string, send: Send): Promise<void> {
    const type = fieldOf(json, 'type');
    const operation = OPERATION_TYPES.find((known) => known === type);
    if (operation) await this.#operate(operation, json, posId, send);
    else if (type === 'StatusRequest' && this.#parts.behaviour().statusRequest === 'status')
      send(transactionStatus(this.#running?.status ?? IDLE, this.#running?.canBeAborted ?? false));
    else if (type === 'CancelRequest') this.#cancel(send);
    else {
      const description = json === undefined ? 'The message is not JSON.' : `Unknown type: ${String(type)}`;
      send(errorResponse('The request is not supported.', description));
    }
  }

  /** The answer to a cancelled payment is its own, not one to the cancellation. */
  #cancel(send: Send): void {
    if (this.#running?.canBeAborted) this.#running.decide('aborted');
    else send(errorResponse('Nothing to cancel.', 'No transaction is in progress that can be aborted.'));
  }

  async #operate(type: OperationType, json: unknown, posId: string, send: Send): Promise<void> {
    const field = type === 'PaymentRequest' ? 'merchantReferenceCode' : 'transactionId';
    const id = textOf(fieldOf(json, field));
    const record: OperationRecord = {
      at: Date.now(),
      type,
      id,
      posId,
      state: this.#running ? 'busy' : 'running',
    };
    this.records.push(record);
    this.#report(record);
    if (this.#running) {
      send(TERMINAL_BUSY);
      return;
    }
    let decide: (decision: Decision) => void = () => {};
    const decision = new Promise<Decision>((resolve) => {
      decide = resolve;
    });
    const running: Running = { record, decide, decision, status: IDLE, canBeAborted: false };
    this.#running = running;
    if (type === 'PaymentRequest') await this.#pay(running, json, send);
    else if (type === 'LinkedRefundRequest') await this.#refund(running, send);
    else await this.#print(running, send);
  }

  /** Ends the operation before its answer is out: whoever has the answer may ask for the next. */
  #finish({ record }: Running, state: OperationRecord['state'], answer: unknown, send: Send): void {
    record.state = state;
    this.#running = null;
    this.#report(record);
    send(JSON.stringify(answer));
  }

  #report({ type, id, state }: OperationRecord): void {
    this.#parts.emit({ type: 'operation', operation: type, id, state });
  }

  async #pay(running: Running, json: unknown, send: Send): Promise<void> {
    const tell = async (status: string, canBeAborted: boolean): Promise<void> => {
      running.status = status;
      running.canBeAborted = canBeAborted;
      send(transactionStatus(status, canBeAborted));
      await this.#step();
    };
    await tell('Please present the card.', true);
    const { payment } = this.#parts.behaviour();
    if (payment !== 'undecided') running.decide(payment);
    const decision = await running.decision;
    if (decision !== 'aborted') {
      await tell('Please leave the card.', false);
      await tell('Authorizing…', false);
    }
    this.#finish(running, decision, paymentResponse(json, decision), send);
  }

  async #refund(running: Running, send: Send): Promise<void> {
    for (const message of ['Looking up the transaction…', 'Refunding…'])
      await this.#tellOperation(running, message, send);
    const answer = {
      type: 'LinkedRefundResponse',
      message: 'Refund successful.',
      transactionDetails: { id: newTransactionId(), linkedTransactionId: running.record.id },
    };
    this.#finish(running, 'done', answer, send);
  }

  async #print(running: Running, send: Send): Promise<void> {
    await this.#tellOperation(running, 'Printing receipt…', send);
    const answer = { type: 'PrintReceiptResponse', message: 'Receipt printed successfully.' };
    this.#finish(running, 'done', answer, send);
  }

  async #tellOperation(running: Running, message: string, send: Send): Promise<void> {
    running.status = message;
    send(operationStatusResponse(message));
    await this.#step();
  }

  async #step(): Promise<void> {
    const { operationStepMs } = this.#parts.behaviour();
    if (operationStepMs > 0) await delay(operationStepMs, undefined, { ref: false });
  }
}

const PAYMENT_MESSAGES: Readonly<Record<Decision, string>> = {
  approved: 'Payment successful',
  declined: 'Payment declined',
  aborted: 'Payment aborted',
};

function paymentResponse(json: unknown, decision: Decision): unknown {
  const asked = fieldOf(json, 'amountDetails');
  const amount = textOf(fieldOf(asked, 'amount')) ?? '0.00';
  const captured = decision === 'approved' ? amount : '0.00';
  return {
    type: 'PaymentResponse',
    message: PAYMENT_MESSAGES[decision],
    transactionDetails: {
      id: newTransactionId(),
      merchantReferenceCode: fieldOf(json, 'merchantReferenceCode'),
      submitTimeUtc: new Date().toISOString(),
      captured: decision === 'approved',
      amountDetails: {
        currency: fieldOf(asked, 'currency'),
        amount,
        capturedAmount: captured,
        refundableAmount: captured,
      },
    },
    processingDetails: { status: decision.toUpperCase() },
  };
}

function transactionStatus(message: string, canBeAborted: boolean): string {
  return JSON.stringify({ type: 'TransactionStatusResponse', message, canBeAborted });
}

function newTransactionId(): string {
  return randomUUID().replaceAll('-', '');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
