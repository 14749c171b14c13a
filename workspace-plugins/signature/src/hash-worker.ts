import { digestFile } from "./file-digest.ts";
import type { FileDigest } from "./file-digest.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** Runs in a worker thread, from source. */
export default function answer(request: WorkerRequest): WorkerReply {
  const files: FileDigest[] = [];
  for (const path of request.paths) {
    const found = digestFile(request.folder, path);
    if (!found.ok) return { type: "digest-failed", failure: found.failure };
    files.push(found.value);
  }
  return { type: "files-digested", files };
}
