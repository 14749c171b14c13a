import path from "node:path";
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "./file-system.ts";
import { hasCode, readTextIfPresent } from "./read-text.ts";

/** The key of a workspace on this machine, made when it is first needed. */
export type SecretKey = () => Promise<string>;

const secretWord =
  /TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|(?:^|[^A-Z])(?:API)?(?:KEY|AUTH)S?(?:$|[^A-Z])/i;

/** A user with a password in a URL. */
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*:[^/?#]*@/i;

/**
 * Whether no record may have the value of a variable: it is declared so, its name says so (TOKEN, SECRET, PASSWORD, PASSWD,
 * PASSPHRASE, CREDENTIAL anywhere; KEY and AUTH as words), or it is a URL with a password.
 */
export function isSecret(name: string, value: string, declared: readonly string[]): boolean {
  return declared.includes(name) || secretWord.test(name) || urlWithPassword.test(value);
}

/** Kept in `.slipway/secret-key`, for its owner alone. Whoever has only the records cannot try values against them. */
export function secretKeyIn(workspaceRoot: string): SecretKey {
  const file = path.join(workspaceRoot, ".slipway", "secret-key");
  const known: { key?: Promise<string> } = {};
  return async () => (known.key ??= readOrMake(file));
}

async function readOrMake(file: string): Promise<string> {
  const before = await readTextIfPresent(file);
  if (before !== undefined) return before;
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = mkdtempSync(`${file}-`);
  try {
    const own = path.join(partial, "key");
    const bytes = globalThis.crypto.getRandomValues(new Uint8Array(32));
    writeFileSync(own, Buffer.from(bytes).toString("hex"), { mode: 0o600 });
    // Of two processes that make one at the same time, the first keeps its own and the second takes that.
    linkUnlessThere(own, file);
  } finally {
    rmSync(partial, { recursive: true });
  }
  return (await readTextIfPresent(file)) ?? readOrMake(file);
}

function linkUnlessThere(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!hasCode(error, ["EEXIST"])) throw error;
  }
}
