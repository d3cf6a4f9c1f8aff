/**
 * Does what needs the bytes of a secret, and wipes them: what a Buffer has held stays in memory until something else
 * happens to take its place. Strings cannot be wiped; they end with the garbage collection.
 */
export function wipedAfter<T>(bytes: Uint8Array, use: () => T): T {
  try {
    return use();
  } finally {
    bytes.fill(0);
  }
}
