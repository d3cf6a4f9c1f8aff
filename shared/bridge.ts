import { z } from 'zod';
import { appError, appErrorSchema } from './errors.ts';
import { err, ok, type Result } from './result.ts';

/** Limits of one message, in KiB. */
const MESSAGE_LIMIT_KIB = { least: 64, most: 16 * 1024, usual: 1024 } as const;
/** Ports below are the system's. */
const BRIDGE_PORT = { least: 1024, most: 65_535 } as const;
export const MOST_ORIGINS = 20;
/** Longest origin, in UTF-16 code units: scheme, host name and port. */
const ORIGIN_LIMIT = 300;

const portSchema = z.number().int().min(BRIDGE_PORT.least).max(BRIDGE_PORT.most);

/** What the manager chooses for the bridge of one pairing. */
export const bridgeSettingsSchema = z.object({
  on: z.boolean(),
  /** null: any free port, which is kept from the first start on. */
  port: portSchema.nullable(),
  /** Exact origins (RFC 6454) of pages that may connect; a till that is no page needs none. */
  origins: z.array(z.string().max(ORIGIN_LIMIT)).max(MOST_ORIGINS),
  messageLimitKib: z.number().int().min(MESSAGE_LIMIT_KIB.least).max(MESSAGE_LIMIT_KIB.most),
});
export type BridgeSettings = Readonly<z.infer<typeof bridgeSettingsSchema>>;

export const DEFAULT_BRIDGE_SETTINGS: BridgeSettings = {
  on: false,
  port: null,
  origins: [],
  messageLimitKib: MESSAGE_LIMIT_KIB.usual,
};

const BRIDGE_STATES = [
  'off',
  /** A till may connect. */
  'ready',
  /** The device is not reached; a till that connects is waited with. */
  'device-away',
  /** A till is connected, or another program has the device. */
  'busy',
  /** A pairing or a test has the channel, or somebody must look first. */
  'paused',
  /** It is switched on and cannot listen. */
  'failed',
] as const;
export type BridgeState = (typeof BRIDGE_STATES)[number];

const isoTime = z.iso.datetime();
const countsSchema = {
  /** Messages; what is in them is nobody's business. */
  fromTill: z.number().int(),
  fromDevice: z.number().int(),
};

/** What is shown of the bridge of one pairing. Never holds its token. */
export const bridgeViewSchema = z.object({
  settings: bridgeSettingsSchema,
  /** Whether a token was made. */
  hasToken: z.boolean(),
  state: z.enum(BRIDGE_STATES),
  /** Why, for every state but `off` and `ready`. */
  reason: appErrorSchema.nullable(),
  /** The till that is connected, or waits for the device. */
  till: z
    .object({
      since: isoTime,
      /** '' for a till that is no page. */
      origin: z.string(),
      connected: z.boolean(),
      ...countsSchema,
    })
    .nullable(),
  lastTill: z
    .object({
      since: isoTime,
      until: isoTime,
      origin: z.string(),
      ...countsSchema,
      /** The code its connection ended with (shared/bridge-close-codes.ts), or the one the till gave. */
      closeCode: z.number().int(),
      /** What the device said, when it ended the channel. */
      deviceCode: z.number().int().optional(),
      deviceReason: z.string().optional(),
    })
    .nullable(),
  /** Until when wrong tokens are turned away at once, after too many of them; the right one is let in. */
  lockedUntil: isoTime.nullable(),
});
export type BridgeView = Readonly<z.infer<typeof bridgeViewSchema>>;

/** Reads a port as typed; '' is any free one. Error: bridge-port-invalid. */
export function parseBridgePort(text: string): Result<number | null> {
  const typed = text.normalize('NFKC').trim();
  if (typed === '') return ok(null);
  const port = /^\d{1,5}$/.test(typed) ? portSchema.safeParse(Number(typed)) : undefined;
  return port?.success
    ? ok(port.data)
    : err(appError('bridge-port-invalid', '', { params: { port: typed.slice(0, 20) } }));
}

/** Reads the message limit in KiB as typed. Error: bridge-limit-invalid. */
export function parseMessageLimit(text: string): Result<number> {
  const typed = text.normalize('NFKC').trim();
  const limit = /^\d{1,6}$/.test(typed)
    ? bridgeSettingsSchema.shape.messageLimitKib.safeParse(Number(typed))
    : undefined;
  return limit?.success ? ok(limit.data) : err(appError('bridge-limit-invalid'));
}

/** An origin of a scheme that the URL standard has no origins for, such as that of an app's own page. */
const OTHER_ORIGIN = /^(?!https?:|file:|data:|blob:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(?::\d{1,5})?$/;

const PAGE_ORIGIN = /^(https?):\/\/((?:[^/?#@*:[\]\s]+|\[[0-9a-f:.]+\]))(?::(\d{1,5}))?$/;
const USUAL_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** As a browser writes it: lower case, the host in ASCII, without the scheme's own port. */
function parseOrigin(text: string): string | undefined {
  const typed = text.replace(/\/$/, '').toLowerCase();
  if (OTHER_ORIGIN.test(typed)) return typed;
  const [, scheme = '', host = '', port] = PAGE_ORIGIN.exec(typed) ?? [];
  if (scheme === '' || Number(port ?? 1) < 1 || Number(port ?? 1) > BRIDGE_PORT.most) return undefined;
  try {
    const { hostname } = new URL(`${scheme}://${host}`);
    return `${scheme}://${hostname}${port && port !== USUAL_PORT[scheme] ? `:${Number(port)}` : ''}`;
  } catch {
    return undefined;
  }
}

/**
 * Reads origins as typed, one a line or separated by blanks or commas: `https://till.example.com`, with a port where
 * it is not the scheme's own; no path, no wildcard. Error: bridge-origin-invalid.
 */
export function parseOrigins(text: string): Result<string[]> {
  const origins = new Set<string>();
  for (const part of text.normalize('NFKC').split(/[\s,;]+/)) {
    if (part === '') continue;
    const origin = part.length <= ORIGIN_LIMIT ? parseOrigin(part) : undefined;
    if (origin === undefined)
      return err(appError('bridge-origin-invalid', '', { params: { origin: part.slice(0, 60) } }));
    origins.add(origin);
  }
  if (origins.size > MOST_ORIGINS)
    return err(appError('bridge-origin-invalid', '', { params: { origin: String(origins.size) } }));
  return ok([...origins]);
}
