/** Milliseconds since 1970 at which this build was made; set by vite.config.ts. */
declare const __BUILT_AT__: number;

/** For updates, or null: the PEM text of the key their feeds are signed with, and the feed's address, if the build has one. */
declare const __UPDATES__: { readonly key: string; readonly feed: string | null } | null;

/** An image as a data: URL, made so by Vite. */
declare module '*.png?inline' {
  const url: string;
  export default url;
}

interface ImportMeta {
  /** Texts of files by their paths, put in by Vite. */
  glob(
    pattern: string,
    options: { readonly query: '?raw'; readonly import: 'default'; readonly eager: true },
  ): Readonly<Record<string, string>>;
}
