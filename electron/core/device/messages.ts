import { z } from 'zod';
import type { ErrorCode } from '../../../shared/errors.ts';
import { type Failure, failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { parseTolerantJson, withoutByteOrderMark } from '../tolerant-json.ts';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'code-rejected',
  403: 'code-rejected',
  409: 'pos-id-in-use',
};

/** Messages of the Local-mode channel (vendor page "Communication Protocol Used in Local Mode"). */
const messageSchema = z.object({
  type: z.string(),
  // What is no text is nothing to show, and no reason to miss the type.
  message: z.string().optional().catch(undefined),
  developerDescription: z.string().optional().catch(undefined),
});
export type DeviceMessage = z.infer<typeof messageSchema>;

/** The text as a message with a `type`, or undefined when it is something else. */
export function parseDeviceMessage(text: string): DeviceMessage | undefined {
  if (!withoutByteOrderMark(text).trimStart().startsWith('{')) return undefined;
  const parsed = messageSchema.safeParse(parseTolerantJson(text));
  return parsed.success ? parsed.data : undefined;
}

const POS_ID_TAKEN =
  /pos\s*-?_?\s*id[^.]*\b(already|in use|exists?|taken|duplicate|not unique|registered)\b/i;
const CODE_REFUSED =
  /\b(set-?\s?up|connection|pairing|activation)?\s*code\b[^.]*\b(invalid|incorrect|wrong|expired|unknown|used|not\s+(valid|correct|found|recogni[sz]ed|accepted)|mismatch|match)|\b(invalid|incorrect|wrong|expired|unknown)\b[^.]*\bcode\b/i;

/**
 * The catalogue entry for an `ErrorResponse` to a pairing request. Which words the vendor uses is not published;
 * what is not recognised is reported as `device-error` with the device's own message.
 *
 * @param secrets texts that must not appear in the error, such as the setup code the device may quote
 */
export function errorResponseFailure(message: DeviceMessage, secrets: readonly string[]): Failure {
  const shown = redact(message.message ?? '', secrets);
  const description = redact(message.developerDescription ?? '', secrets);
  // Cut first: the patterns look far ahead, and nobody reads a message of pages.
  const both =
    `${(message.message ?? '').slice(0, 500)}. ${(message.developerDescription ?? '').slice(0, 1000)}`
      .replace(/setupCode/gi, 'setup code')
      .replace(/posId/gi, 'POS ID');
  const code = POS_ID_TAKEN.test(both)
    ? 'pos-id-in-use'
    : CODE_REFUSED.test(both)
      ? 'code-rejected'
      : 'device-error';
  return failure(code, `device: ${shown}${description ? ` (${description})` : ''}`, {
    params: { message: shown },
  });
}

/** The catalogue entry for an HTTP status outside 2xx (RFC 9110) that answers a code, with the body that came along. */
export function httpStatusFailure(status: number, body: string, secrets: readonly string[]): Failure {
  const message = parseDeviceMessage(body);
  if (message?.type === 'ErrorResponse') return errorResponseFailure(message, secrets);
  return failure(CODE_OF_STATUS[status] ?? 'http-status', httpDetail(status, body, secrets), {
    params: { status: String(status) },
  });
}

/**
 * The catalogue entry for an HTTP answer in place of a WebSocket: whatever it says cannot be about a code, since the
 * device has not seen one.
 */
export function upgradeFailure(status: number, body: string): Failure {
  const { type, message = '', developerDescription = '' } = parseDeviceMessage(body) ?? {};
  const detail =
    type === 'ErrorResponse'
      ? `HTTP ${status}, device: ${message} (${developerDescription})`
      : httpDetail(status, body);
  return failure('upgrade-refused', detail, { params: { status: String(status) } });
}

const httpDetail = (status: number, body: string, secrets: readonly string[] = []): string =>
  `HTTP ${status}${body ? `: ${redact(body, secrets)}` : ''}`;
