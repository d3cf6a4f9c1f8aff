/**
 * True when dates suggest that this computer's clock is wrong: `now` lies before a moment that is surely over
 * (the app was built, the Root CA was trusted), or after the end of a Root CA that outlives everything under it.
 * All in milliseconds since 1970.
 */
export const clockLooksWrong = (
  now: number,
  knownPast: number,
  rootEnd = Number.POSITIVE_INFINITY,
): boolean => now < knownPast || now > rootEnd;
