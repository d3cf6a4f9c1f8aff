import { redact } from '../redact.ts';

/** What may follow from JSON.stringify. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Fields that hold a secret by their name, whoever adds them one day. */
const SECRET_NAME = /token|secret|passw|passcode|privatekey|setupcode|sealed|verifier|(?:hash|salt|pin)$/i;

/** A deep copy of what `value` is as JSON, with every text made fit to leave this computer (see {@link redact}). */
export function redactData(value: unknown, clean: (text: string) => string = redact): Json {
  const text = JSON.stringify(value);
  return text === undefined ? null : redactJson(JSON.parse(text) as Json, clean);
}

function redactJson(value: Json, clean: (text: string) => string): Json {
  if (typeof value === 'string') return clean(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each: Json) => redactJson(each, clean));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      clean(name),
      SECRET_NAME.test(name) ? '[left out]' : redactJson(each, clean),
    ]),
  );
}

/** One event as a line of JSON, without its end. */
export const logLine = (event: object): string => JSON.stringify(redactData(event));

/** A line that may have been changed or cut off on the disk. */
export function redactLine(line: string, clean: (text: string) => string = redact): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return JSON.stringify({ damaged: clean(line) });
  }
  return JSON.stringify(redactData(value, clean));
}
