/** The `import()` of Node itself: a build takes it away, and code that is kept compiled has none. */
export const nativeImport = new Function('specifier', 'return import(specifier)') as <T>(
  specifier: string,
) => Promise<T>;
