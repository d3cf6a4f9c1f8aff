/** The last moment that ISO 8601 writes with a year of four digits, less a year for what is planned ahead of now. */
const LAST_MS = Date.parse('9998-12-31T23:59:59.999Z');

/**
 * The time by which everything is dated, in milliseconds since 1970. A clock beyond the year 9999 is as wrong as one a
 * year before that, and the dates it gives could be neither stored nor shown.
 */
export const datableNow = (clock: () => number = Date.now): number => Math.min(clock(), LAST_MS);
