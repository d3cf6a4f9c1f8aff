/** Why two judges of one chain differ. Each difference of the table has one of these reasons. */
export const DIFFERENCES = {
  none: '',
} as const;
export type Difference = keyof typeof DIFFERENCES;
