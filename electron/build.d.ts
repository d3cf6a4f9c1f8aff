/** Milliseconds since 1970 at which this build was made; set by vite.config.ts. */
declare const __BUILT_AT__: number;

/** An image as a data: URL, made so by Vite. */
declare module '*.png?inline' {
  const url: string;
  export default url;
}
