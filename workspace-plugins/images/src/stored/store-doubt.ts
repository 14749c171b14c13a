/** What an engine has on its disk is not as expected. Nobody is told: it hands the image out itself. */
export class StoreDoubt extends Error {}

/** The same of what the system says of a file: it is not there, or is not for us. */
export async function doubting<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw doubtOf(error);
  }
}

/** A bug stays one. */
export function doubtOf(error: unknown): unknown {
  const isOfSystem = error instanceof Error && "code" in error && error.name !== "AbortError";
  return isOfSystem ? new StoreDoubt(error.message, { cause: error }) : error;
}
