/** A module that an import does not find. Which import asked for it, Node's error does not say where a package lacks its entry. */
export interface Asked {
  /** As it is written. */
  request: string;
  importer: string;
}

const asked = new WeakMap<object, Asked>();

/** The first that is noted counts: others only pass the error on. */
export function noteAsked(error: unknown, request: unknown, importer: string | null | undefined): void {
  if (typeof error !== 'object' || error === null || asked.has(error)) return;
  if (typeof request === 'string' && importer) asked.set(error, { request, importer });
}

export function askedBy(error: unknown): Asked | undefined {
  return typeof error === 'object' && error !== null ? asked.get(error) : undefined;
}

/** Whether Node found no such module. Its sentence then says everything: a stack adds nothing. */
export function isMissingModule(error: unknown): boolean {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}
