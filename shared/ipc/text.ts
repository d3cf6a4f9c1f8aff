import { z } from 'zod';

/** Raw text as typed: bounded here, judged by the validators of shared/inputs.ts in the main process. */
export const rawText = z.string().max(4096);
