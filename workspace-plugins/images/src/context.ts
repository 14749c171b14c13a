import { lstat, readFile, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import type { Member } from "./archive.ts";

/** Never part of a definition: what targets of the same folder write, and what version control keeps. */
const leftOut = new Set(["dist", ".aigogo", "node_modules", ".git"]);

/** The files of a definition folder under `prefix`, each folder in code-unit order; links as links, no other kinds. */
export async function definitionMembers(
  folder: string,
  prefix: string,
): Promise<readonly Member[]> {
  const names = (await readdir(folder)).filter((name) => !leftOut.has(name)).toSorted();
  const members = await Promise.all(
    names.map(async (name): Promise<readonly Member[]> => {
      const file = path.join(folder, name);
      const inside = prefix === "" ? name : `${prefix}/${name}`;
      const found = await lstat(file);
      if (found.isDirectory()) return definitionMembers(file, inside);
      if (found.isSymbolicLink()) return [{ name: inside, linkTarget: await readlink(file) }];
      if (!found.isFile()) return [];
      const executable = (found.mode & 0o100) !== 0;
      return [{ name: inside, executable, bytes: await readFile(file) }];
    }),
  );
  return members.flat();
}

/** One digest over name, mode and content of each member: what a receipt says an image was made from. */
export function digestOfMembers(members: readonly Member[]): Digest {
  return digestOf(
    JSON.stringify(
      members.map((member) => [
        member.name,
        member.executable === true ? "x" : "-",
        "bytes" in member
          ? digestOf(member.bytes)
          : "linkTarget" in member
            ? `-> ${member.linkTarget}`
            : member.file,
      ]),
    ),
  );
}
