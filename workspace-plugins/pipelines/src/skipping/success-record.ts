import { parseDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { Registry } from "@slipway/registry";

/** Successes by namespace and work signature; a name of a job is for people. */
export type SuccessStore = {
  readonly has: (namespace: string, signature: Digest) => Promise<Result<boolean, StoreFailure>>;
  readonly record: (
    namespace: string,
    signature: Digest,
    job: string,
  ) => Promise<Result<undefined, StoreFailure>>;
};

export type StoreFailure =
  | { readonly reason: "store-address-invalid"; readonly address: string }
  | { readonly reason: "store-unreachable"; readonly address: string; readonly detail: string };

export type StoreContext = {
  /** Folders are relative to it. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly registry: () => Registry;
  readonly signal: AbortSignal;
};

/** What it is of, and nothing that could be secret. */
export function recordOf(signature: Digest, job: string): string {
  return `${JSON.stringify({ schema: 1, signature, job })}\n`;
}

/** Whether the text is a record of this signature: a file under another's name records nothing. */
export function isRecordOf(text: string, signature: Digest): boolean {
  try {
    const record: unknown = JSON.parse(text);
    return (
      typeof record === "object" &&
      record !== null &&
      "signature" in record &&
      typeof record.signature === "string" &&
      parseDigest(record.signature) === signature
    );
  } catch {
    // Damaged: nothing is on record, and the job runs.
    return false;
  }
}

export function unreachable(address: string, detail: string): StoreFailure {
  return { reason: "store-unreachable", address: withoutUser(address), detail };
}

export function withoutUser(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//");
}
