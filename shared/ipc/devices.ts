import { z } from 'zod';
import { deviceAddressSchema } from '../inputs.ts';
import { pairingRecordSchema } from '../pairing.ts';
import { checksProgressSchema, pairingStatusSchema } from '../status.ts';
import { rawText } from './text.ts';

/** Paired devices: their connections, names and addresses. */
export const DEVICE_METHODS = {
  /** A quiet check, which leaves the device's channel alone; the value carries the outcome, also when it failed. */
  checkConnection: { request: z.object({ pairingId: z.uuid() }), value: pairingRecordSchema },
  /** Takes the device's channel for a second and proves mTLS; the value carries the outcome, also when it failed. */
  fullTest: { request: z.object({ pairingId: z.uuid() }), value: pairingRecordSchema },
  /** Quiet checks of all pairings, a few at a time; ends when the last one has. `checks-progress` tells how far it is. */
  checkAll: { request: z.null(), value: z.object({ checked: z.number().int() }) },
  renamePairing: { request: z.object({ pairingId: z.uuid(), name: rawText }), value: pairingRecordSchema },
  /** Erases a pairing with its secrets from this computer; the device is not told. */
  removePairing: { request: z.object({ pairingId: z.uuid() }), value: z.null() },
  setWatchLive: { request: z.object({ pairingId: z.uuid(), on: z.boolean() }), value: pairingRecordSchema },
  /** Changes where a paired device is looked for; its identity stays pinned. */
  moveAddress: { request: z.object({ pairingId: z.uuid(), address: rawText }), value: pairingRecordSchema },
  /** Looks for a paired device on the local subnets now; null when it is not found at another address. */
  findMoved: {
    request: z.object({ pairingId: z.uuid() }),
    value: z.object({ movedTo: deviceAddressSchema.nullable() }),
  },
} as const;

export const DEVICE_PUSHES = [
  z.object({ type: z.literal('pairing-changed'), pairing: pairingRecordSchema }),
  z.object({ type: z.literal('pairing-removed'), pairingId: z.uuid() }),
  z.object({ type: z.literal('checks-progress'), progress: checksProgressSchema }),
  z.object({ type: z.literal('status-changed'), pairingId: z.uuid(), status: pairingStatusSchema }),
] as const;
