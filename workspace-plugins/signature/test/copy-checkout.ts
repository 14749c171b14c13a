import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import path from "node:path";

/** Copies the files of a checkout that git knows or would know, as they are in its working tree. */
export function copyCheckout(from: string, to: string): void {
  const words = ["ls-files", "-co", "--exclude-standard", "-z"];
  const listed = execFileSync("git", words, { cwd: from, encoding: "utf8" });
  for (const file of listed.split("\0")) {
    if (file === "" || !existsSync(path.join(from, file))) continue;
    // A link to a folder counts as one, and is copied as a link.
    const asItIs = { recursive: true, verbatimSymlinks: true };
    cpSync(path.join(from, file), path.join(to, file), asItIs);
  }
}
