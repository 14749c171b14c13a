import { fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { isRecordOf, recordOf, unreachable } from "./success-record.ts";
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
  if (!URL.canParse(address)) return fail({ reason: "store-address-invalid", address });
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
      const size = Number(asked.value.headers.get("content-length") ?? 0);
      if (size > largestRecordBytes) return fail(unreachable(address, `a record of ${size} bytes`));
      return ok(isRecordOf(await asked.value.text(), signature));
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

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
