/** Which import asked for a module that is not found. Node's error does not say it where a package lacks its entry. */
export interface FailedRequest {
  /** As it is written. */
  request: string;
  importer: string;
}

const requests = new WeakMap<object, FailedRequest>();

/** The first that is noted counts: others only pass the error on. */
export function noteRequest(error: unknown, request: unknown, importer: string | null | undefined): void {
  if (typeof error !== 'object' || error === null || requests.has(error)) return;
  if (typeof request === 'string' && importer) requests.set(error, { request, importer });
}

export function requestOf(error: unknown): FailedRequest | undefined {
  return typeof error === 'object' && error !== null ? requests.get(error) : undefined;
}

/** Whether Node found no such module. Its sentence then says everything: a stack adds nothing. */
export function isMissingModule(error: unknown): boolean {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}
