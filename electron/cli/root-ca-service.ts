import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { CliError, usageError } from './exit-codes.ts';

const PATH = '/dms/v2/devices/certificates/rootca';
/** In the order they are signed in. */
const SIGNED = 'host date request-target v-c-merchant-id';
const HOST = /^(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const ID = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

interface ServiceAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * GETs an `https:` URL with these headers, following no redirect. Throws {@link CliError} `service-unreachable`, or
 * `service-untrusted` for a certificate that this computer does not trust.
 */
export type ApiRequest = (
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<ServiceAnswer>;

export interface ServiceAccount {
  /** Host of the REST service, with a port where it is not 443. */
  readonly host: string;
  readonly merchantId: string;
  readonly keyId: string;
  /** Secret, in base64. */
  readonly sharedSecret: string;
}

/**
 * The headers of the request, by the vendor's HTTP Signature: `host`, `date`, `request-target` (without parentheses,
 * as the service demands since April 2024) and `v-c-merchant-id`, signed with HMAC-SHA256 by the decoded shared secret.
 * Throws {@link CliError} `usage`.
 */
export function signedHeaders(
  { host, merchantId, keyId, sharedSecret }: ServiceAccount,
  now: number,
): Record<string, string> {
  if (!HOST.test(host)) throw usageError('--from-api takes a host name, such as api.example.com.');
  if (!ID.test(merchantId) || !ID.test(keyId))
    throw usageError('--merchant and --key-id take IDs without blanks.');
  if (!BASE64.test(sharedSecret)) throw usageError('The shared secret is not base64.');
  const date = new Date(now).toUTCString();
  const signed = [
    `host: ${host}`,
    `date: ${date}`,
    `request-target: get ${PATH}`,
    `v-c-merchant-id: ${merchantId}`,
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(sharedSecret, 'base64')).update(signed).digest('base64');
  return {
    'v-c-merchant-id': merchantId,
    date,
    signature: `keyid="${keyId}", algorithm="HmacSHA256", headers="${SIGNED}", signature="${signature}"`,
    accept: 'application/json',
  };
}

const answerSchema = z.object({ certificateChain: z.string().min(1) });

/**
 * Asks the vendor's REST service for the merchant's Root CA, a chain in PEM. Throws {@link CliError} `usage`,
 * `service-refused`, `service-answer`, and what `ask` throws.
 */
export async function fetchRootCas(
  account: ServiceAccount,
  ask: ApiRequest,
  now: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const headers = signedHeaders(account, now);
  const { status, body } = await ask(`https://${account.host}${PATH}`, headers, signal);
  if (status === 401 || status === 403)
    throw new CliError(
      'service-refused',
      `The service refused the signature (HTTP ${status}). Compare the merchant ID, the key and this computer’s clock.`,
    );
  if (status !== 200) throw new CliError('service-refused', `The service answered with HTTP ${status}.`);
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new CliError('service-answer', 'The service’s answer is no JSON.');
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success)
    throw new CliError('service-answer', 'The service’s answer holds no certificate chain.');
  return Buffer.from(parsed.data.certificateChain);
}
