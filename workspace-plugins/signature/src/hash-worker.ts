import { digestFile } from "./file-digest.ts";
import type { HashingFailure } from "./failure.ts";
import type { FileDigest } from "./file-digest.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** Runs in a worker thread, from source. */
export default function answer(request: WorkerRequest): WorkerReply {
  const files: FileDigest[] = [];
  const failures: HashingFailure[] = [];
  for (const path of request.paths) {
    const found = digestFile(request.folder, path);
    if (found.ok) files.push(found.value);
    else failures.push(found.failure);
  }
  return { type: "files-digested", files, failures };
}
