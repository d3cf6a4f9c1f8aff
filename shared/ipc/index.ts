import { z } from 'zod';
import type { Result } from '../result.ts';
import { APP_METHODS, APP_PUSHES } from './app.ts';
import { BRIDGE_METHODS, BRIDGE_PUSHES } from './bridge.ts';
import { CONNECTION_KIT_METHODS } from './connection-kit.ts';
import { DEVICE_METHODS, DEVICE_PUSHES } from './devices.ts';
import { DOCTOR_METHODS, DOCTOR_PUSHES } from './doctor.ts';
import { HISTORY_METHODS, HISTORY_PUSHES } from './history.ts';
import { MANAGER_METHODS, MANAGER_PUSHES } from './manager.ts';
import { PAIRING_METHODS, PAIRING_PUSHES } from './pairing.ts';
import { ROOT_CA_METHODS, ROOT_CA_PUSHES } from './root-ca.ts';
import { SEARCH_METHODS, SEARCH_PUSHES } from './search.ts';
import { SETTINGS_METHODS, SETTINGS_PUSHES } from './settings.ts';
import { SUPPORT_METHODS } from './support.ts';
import { UPDATE_METHODS, UPDATE_PUSHES } from './updates.ts';

/** The one IPC contract: each method's request and the value of its {@link Result}. */
export const METHODS = {
  ...APP_METHODS,
  ...ROOT_CA_METHODS,
  ...PAIRING_METHODS,
  ...DEVICE_METHODS,
  ...CONNECTION_KIT_METHODS,
  ...DOCTOR_METHODS,
  ...BRIDGE_METHODS,
  ...SEARCH_METHODS,
  ...HISTORY_METHODS,
  ...SETTINGS_METHODS,
  ...SUPPORT_METHODS,
  ...UPDATE_METHODS,
  ...MANAGER_METHODS,
} as const satisfies Record<string, { request: z.ZodType; value: z.ZodType }>;

export type Method = keyof typeof METHODS;
export type MethodRequest<M extends Method> = z.infer<(typeof METHODS)[M]['request']>;
export type MethodValue<M extends Method> = z.infer<(typeof METHODS)[M]['value']>;

/** What the main process tells the renderer without being asked. */
export const pushSchema = z.discriminatedUnion('type', [
  ...APP_PUSHES,
  ...ROOT_CA_PUSHES,
  ...PAIRING_PUSHES,
  ...DEVICE_PUSHES,
  ...DOCTOR_PUSHES,
  ...BRIDGE_PUSHES,
  ...SEARCH_PUSHES,
  ...HISTORY_PUSHES,
  ...SETTINGS_PUSHES,
  ...MANAGER_PUSHES,
  ...UPDATE_PUSHES,
]);
export type Push = z.infer<typeof pushSchema>;

/** What the preload script puts on `window.pos`. */
export interface PosApi {
  call<M extends Method>(method: M, request: MethodRequest<M>): Promise<Result<MethodValue<M>>>;
  /** Returns the function that ends the subscription. */
  onPush(listener: (push: Push) => void): () => void;
}
