import { z } from 'zod';

/** Where {@link DeskRequest}s are POSTed to. */
export const DESK_VARIABLE = 'POS_PAIRING_DEVICE_DESK';

/** What the tests in Windows ask of the simulated devices, which run beside them in plain Node. */
export const deskRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start') }),
  z.object({ type: z.literal('look'), port: z.number() }),
  z.object({ type: z.literal('misbehave'), port: z.number(), fault: z.string() }),
  z.object({ type: z.literal('forget'), port: z.number(), posId: z.string() }),
  z.object({ type: z.literal('stop'), port: z.number() }),
  z.object({ type: z.literal('restart'), port: z.number() }),
]);
export type DeskRequest = z.infer<typeof deskRequestSchema>;

/** What is to be seen of a device. */
export const deviceViewSchema = z.object({
  port: z.number(),
  addresses: z.object({ https: z.string(), wss: z.string() }),
  serial: z.string(),
  rootCaPem: z.string(),
  code: z.string(),
  /** POS IDs it is paired with. */
  paired: z.array(z.string()),
  /** How many TCP connections there were so far. */
  connections: z.number(),
  /** Whether a register has its channel. */
  channelOpen: z.boolean(),
  /** Payments that reached it, in order, by their references. */
  payments: z.array(z.object({ id: z.string().nullable(), posId: z.string(), state: z.string() })),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;
