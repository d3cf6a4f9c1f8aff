declare module '@babel/core' {
  export function transformSync(
    code: string,
    options: {
      readonly filename: string;
      readonly configFile: boolean;
      readonly babelrc: boolean;
      readonly compact: boolean;
      readonly plugins: readonly unknown[];
    },
  ): { readonly code?: string | null } | null;
}

declare module '@jazzer.js/instrumentor/dist/plugins/codeCoverage.js' {
  export function codeCoverage(ids: { readonly nextEdgeId: () => number }): unknown;
}

declare module '@jazzer.js/instrumentor/dist/plugins/compareHooks.js' {
  export function compareHooks(): unknown;
}
