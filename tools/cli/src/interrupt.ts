const lazily: { signal?: AbortSignal } = {};

/**
 * Aborted by the first Ctrl-C, for whoever asks in this process. It has one listener, which is gone then: the second
 * Ctrl-C ends the process at once.
 */
export function interruptSignal(): AbortSignal {
  if (lazily.signal !== undefined) return lazily.signal;
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  return (lazily.signal = stopping.signal);
}
