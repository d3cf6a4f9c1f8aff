/** Milliseconds since 1970 at which this build was made; set by vite.config.ts. */
declare const __BUILT_AT__: number;
