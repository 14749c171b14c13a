import { fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { isRecordOf, recordOf, unreachable, withoutUser } from "./success-record.ts";
import type { StoreContext, StoreFailure, SuccessStore } from "./success-record.ts";

const timeoutMs = 10_000;

/** Of the requests to a store by HTTP: a bearer token. */
const tokenVariable = "SLIPWAY_STORE_TOKEN";

const largestRecordBytes = 4096;

/** GET and PUT of `<namespace>/<hex>` below the address. */
export function openHttpStore(
  address: string,
  { environment, signal }: StoreContext,
): Result<SuccessStore, StoreFailure> {
  const shown = withoutUser(address);
  if (!URL.canParse(address) || shown !== address) {
    return fail({ reason: "store-address-invalid", address: shown });
  }
  const base = address.endsWith("/") ? address : `${address}/`;
  const token = environment[tokenVariable];
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = async (namespace: string, signature: Digest, init: RequestInit) => {
    const url = new URL(`${namespace}/${hexOf(signature)}`, base);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      // A token goes to the store alone.
      return ok(await fetch(url, { ...init, headers, signal: limit, redirect: "error" }));
    } catch (error) {
      const detail = error instanceof Error ? causeOf(error) : String(error);
      return fail(unreachable(address, detail));
    }
  };
  return ok({
    has: async (namespace, signature) => {
      const asked = await ask(namespace, signature, { method: "GET" });
      if (!asked.ok) return asked;
      const { status } = asked.value;
      if (status === 404) return ok(false);
      if (status !== 200) return fail(unreachable(address, `it answered ${status}`));
      const text = await textOf(asked.value);
      return text.ok
        ? ok(isRecordOf(text.value, signature))
        : fail(unreachable(address, text.failure));
    },
    record: async (namespace, signature, job) => {
      const asked = await ask(namespace, signature, {
        method: "PUT",
        body: recordOf(signature, job),
      });
      if (!asked.ok) return asked;
      return asked.value.ok
        ? ok(undefined)
        : fail(unreachable(address, `it answered ${asked.value.status}`));
    },
  });
}

/** Of a record, and not of whatever a server may go on to send. */
async function textOf(response: Response): Promise<Result<string, string>> {
  const chunks: Uint8Array[] = [];
  const body: AsyncIterable<Uint8Array> | null = response.body;
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > largestRecordBytes)
        return fail(`a record of more than ${largestRecordBytes} bytes`);
      chunks.push(chunk);
    }
    return ok(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    return fail(error instanceof Error ? causeOf(error) : String(error));
  }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
