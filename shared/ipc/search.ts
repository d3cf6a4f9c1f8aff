import { z } from 'zod';
import { searchProgressSchema, searchRangeSchema } from '../search.ts';
import { rawText } from './text.ts';

/** The search for devices on this computer's subnets. */
export const SEARCH_METHODS = {
  /** What a search would cover, to be shown before it starts. */
  planSearch: { request: z.null(), value: z.object({ ranges: z.array(searchRangeSchema) }) },
  startSearch: {
    request: z.object({ port: rawText, cidrs: z.array(z.string().max(18)).min(1).max(16) }),
    value: z.object({ searchId: z.uuid() }),
  },
  cancelSearch: { request: z.object({ searchId: z.uuid() }), value: z.null() },
} as const;

export const SEARCH_PUSHES = [
  z.object({ type: z.literal('search-progress'), progress: searchProgressSchema }),
] as const;
