// Uploads a file in one piece and prints the largest resident set of this process in bytes: node upload-once.ts HOST FILE DIGEST
import { openAsBlob } from "node:fs";
import { openRegistry } from "../src/client.ts";
import { parseReference } from "../src/reference.ts";
import { parseDigest } from "@slipway/signature";

const [host = "", file = "", text = ""] = process.argv.slice(2);
const name = parseReference(`${host}/team/large:1`);
const digest = parseDigest(text);
if (!name.ok || digest === undefined) throw new Error("usage: upload-once.ts HOST FILE DIGEST");
const registry = openRegistry({ chunkBytes: Number.MAX_SAFE_INTEGER });
const sent = await registry.uploadBlob(name.value, digest, await openAsBlob(file));
if (!sent.ok) throw new Error(JSON.stringify(sent.failure));
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
