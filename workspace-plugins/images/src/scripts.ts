import type { Member } from "./archive.ts";

/** A script has its rights and its line ends whatever its author's system does. Every other member stays as it is. */
export function asScript(member: Member): Member {
  const { name } = member;
  if (!("bytes" in member) || !name.endsWith(".sh")) return member;
  return { ...withShellLineEnds(member), executable: true };
}

/** With the line ends that a shell takes, where it is a script. */
export function withShellLineEnds(member: Member): Member {
  if (!("bytes" in member) || !member.name.endsWith(".sh")) return member;
  const bytes = Buffer.from(member.bytes);
  if (!bytes.includes("\r\n")) return member;
  return {
    ...member,
    bytes: Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"),
  };
}
