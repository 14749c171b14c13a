import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { RegistryRequest } from "./authorization.ts";
import { headBlob } from "./blob.ts";
import type { Body } from "./body.ts";
import type { RegistryFailure } from "./failure.ts";
import { locationOf, redactedUrl } from "./http.ts";
import type { HttpResponse } from "./http.ts";
import type { Line } from "./line.ts";
import type { Repository, RepositoryName } from "./reference.ts";
import { invalidAnswer, refusalOf } from "./refusal.ts";

export type Uploaded = "present" | "mounted" | "uploaded";

export type UploadOptions = {
  /** A repository of the same registry that may have the blob: nothing is sent then. */
  readonly mountFrom?: Repository | undefined;
  /** Larger bodies are sent in pieces of so many bytes, so that a broken connection costs one of them. */
  readonly chunkBytes: number;
};

/** Where the registry lacks it. What a broken connection left there is gone on with, as far as the registry has it. */
export async function uploadBlob(
  line: Line,
  name: RepositoryName,
  digest: Digest,
  body: Body,
  { mountFrom, chunkBytes }: UploadOptions,
): Promise<Result<Uploaded, RegistryFailure>> {
  return line.step<Uploaded>(async () => {
    const there = await headBlob(line.once, name, digest);
    if (there.state === "unknown") return fail(there.failure);
    // A registry that has part of it is sent the whole.
    if (there.state === "present" && (there.value.sizeBytes ?? body.size) === body.size) {
      return ok("present");
    }
    const opened = await openUpload(line, name, digest, mountFrom);
    if (!opened.ok) return opened;
    if (opened.value === "mounted") return ok("mounted");
    const upload = { line, name, digest, body };
    const { location, leastBytes } = opened.value;
    if (body.size <= chunkBytes) return sendWhole(upload, location);
    const pieceBytes = Math.max(chunkBytes, leastBytes);
    const sent = await sendInPieces(upload, location, pieceBytes);
    if (!sent.ok || sent.value !== "pieces-refused") return sent.ok ? ok("uploaded") : sent;
    const anew = await openUpload(line, name, digest, undefined);
    if (!anew.ok) return anew;
    return anew.value === "mounted" ? ok("mounted") : sendWhole(upload, anew.value.location);
  });
}

type Upload = {
  readonly line: Line;
  readonly name: RepositoryName;
  readonly digest: Digest;
  readonly body: Body;
};

type Opened =
  | "mounted"
  | {
      readonly location: URL;
      /** The registry takes no smaller pieces (OCI distribution-spec, "Pushing a blob in chunks"). */
      readonly leastBytes: number;
    };

async function openUpload(
  line: Line,
  name: RepositoryName,
  digest: Digest,
  mountFrom: Repository | undefined,
): Promise<Result<Opened, RegistryFailure>> {
  const query = new URLSearchParams(
    mountFrom === undefined ? {} : { mount: digest, from: mountFrom },
  ).toString();
  const path = `blobs/uploads/${query === "" ? "" : `?${query}`}`;
  const own = line.request(name, { method: "POST", path, actions: "pull,push" });
  const other =
    mountFrom === undefined ? [] : [{ repository: mountFrom, actions: "pull" } as const];
  const request = { ...own, scopes: [...own.scopes, ...other] };
  return line.exchange<Opened>(request, async (response) => {
    if (response.status === 201 && mountFrom !== undefined) return ok("mounted");
    if (response.status !== 202) return fail(await refusalOf(request, response));
    const location = locationIn(request, response);
    const leastBytes = Number(response.header("oci-chunk-min-length") ?? 0) || 0;
    return location.ok ? ok({ location: location.value, leastBytes }) : location;
  });
}

/** An upload is not sent to another host than the one it was opened with. */
function locationIn(
  { method, url }: RegistryRequest,
  response: HttpResponse,
): Result<URL, RegistryFailure> {
  const asked = { method, url: redactedUrl(url) };
  const location = locationOf(response, url);
  if (location === undefined) {
    return fail({ reason: "response-invalid", ...asked, problem: "location-missing" });
  }
  if (location.origin === url.origin) return ok(location);
  return fail({ reason: "upload-location-foreign", ...asked, location: redactedUrl(location) });
}

async function sendWhole(
  upload: Upload,
  location: URL,
): Promise<Result<"uploaded", RegistryFailure>> {
  return finish(upload, location, upload.body);
}

/** `pieces-refused`: the registry takes blobs in one piece only. */
async function sendInPieces(
  upload: Upload,
  opened: URL,
  pieceBytes: number,
): Promise<Result<"uploaded" | "pieces-refused", RegistryFailure>> {
  const { line, body } = upload;
  let state: Received = { location: opened, bytes: 0 };
  let furthestBytes = 0;
  for (let tried = 1; state.bytes < body.size;) {
    const sent = await sendPiece(upload, state, pieceBytes);
    if (sent.ok) {
      state = sent.value;
      // What a registry took and forgot again is no progress.
      if (state.bytes > furthestBytes) tried = 1;
      furthestBytes = Math.max(furthestBytes, state.bytes);
      continue;
    }
    if (state.bytes === 0 && isRefusal(sent.failure)) return ok("pieces-refused");
    if (!(await line.mayRetry(tried, sent.failure))) return sent;
    tried += 1;
    const received = await askReceived(upload, state);
    // An upload that the registry forgot is begun again, with the whole step.
    if (!received.ok) return sent;
    state = received.value;
  }
  return finish(upload, state.location, new Blob([]));
}

/** What the registry has of an upload, and where the next piece goes. */
type Received = { readonly location: URL; readonly bytes: number };

async function sendPiece(
  { line, name, body }: Upload,
  { location, bytes }: Received,
  pieceBytes: number,
): Promise<Result<Received, RegistryFailure>> {
  const end = Math.min(bytes + pieceBytes, body.size);
  const own = line.request(name, {
    method: "PATCH",
    path: "",
    actions: "pull,push",
    headers: {
      "content-type": "application/octet-stream",
      "content-range": `${bytes}-${end - 1}`,
    },
    body: body.slice(bytes, end),
  });
  const request = { ...own, url: location };
  return line.exchange<Received>(request, async (response) => {
    // The specification says 202; go-containerregistry's registry says 204.
    if (response.status !== 202 && response.status !== 204) {
      return fail(await refusalOf(request, response));
    }
    const next = locationIn(request, response);
    if (!next.ok) return next;
    const received = receivedIn(response) ?? end;
    return received > bytes
      ? ok({ location: next.value, bytes: received })
      : fail(invalidAnswer(request, "range-invalid"));
  });
}

async function askReceived(
  { line, name }: Upload,
  { location, bytes }: Received,
): Promise<Result<Received, RegistryFailure>> {
  const own = line.request(name, { method: "GET", path: "", actions: "pull,push" });
  const request = { ...own, url: location };
  return line.exchange<Received>(request, async (response) => {
    if (response.status !== 204) return fail(await refusalOf(request, response));
    const text = response.header("location");
    const next = text === undefined ? ok(location) : locationIn(request, response);
    const received = receivedIn(response) ?? bytes;
    // "0-0" is said of one byte and of none; no piece is as small as that.
    return next.ok ? ok({ location: next.value, bytes: received === 1 ? 0 : received }) : next;
  });
}

function receivedIn(response: HttpResponse): number | undefined {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(response.header("range") ?? "")?.[1];
  return last === undefined ? undefined : Number(last) + 1;
}

async function finish(
  { line, name, digest }: Upload,
  location: URL,
  body: Body,
): Promise<Result<"uploaded", RegistryFailure>> {
  // The registry's own query is opaque: parsing and printing it again could change it.
  const joint = location.search === "" ? "?" : "&";
  const own = line.request(name, {
    method: "PUT",
    path: "",
    actions: "pull,push",
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  const url = new URL(`${location.href}${joint}digest=${encodeURIComponent(digest)}`);
  const request = { ...own, url };
  return line.exchange(request, async (response) =>
    response.status === 201 ? ok("uploaded") : fail(await refusalOf(request, response)),
  );
}

function isRefusal(failure: RegistryFailure): boolean {
  return (
    failure.reason === "registry-refused" && [400, 404, 405, 415, 416, 501].includes(failure.status)
  );
}
