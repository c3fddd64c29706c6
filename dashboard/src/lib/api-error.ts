/** The one error shape of every door: branch on `code`, show `message`. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly details: unknown = null,
    readonly hint: string | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** True when nothing reached the server, so that trying again later makes sense. */
  get isNetwork(): boolean {
    return this.code === 'network';
  }

  /** True when the server asked to come back rather than refused. */
  get isRetryable(): boolean {
    return this.isNetwork || this.status === 429 || this.status >= 500;
  }
}

/** Turns whatever was thrown into an `ApiError`. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) return new ApiError('network', error.message, 0);
  return new ApiError('unexpected', error instanceof Error ? error.message : String(error), 0);
}

/** What to say when something was refused or did not get through. */
export function failureText(t: (key: string) => string, error: unknown): string {
  const failure = toApiError(error);
  return failure.isNetwork ? t('error.offlineAction') : failure.message;
}
