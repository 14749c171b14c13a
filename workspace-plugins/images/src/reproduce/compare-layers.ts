import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { openFileWindow, pieceBytes } from "../layers/file-window.ts";
import type { FileWindow } from "../layers/file-window.ts";
import { attributesOf, readLayer } from "../layers/read-layer.ts";
import type { LayerFailure, LayerMember } from "../layers/read-layer.ts";

/** What a file of two layers differs in. */
export type MemberDifference =
  | "only in the first"
  | "only in the second"
  | "type"
  | "mode"
  | "owner"
  | "link"
  | "device"
  | "attributes"
  | "content";

export type FileDifference = {
  /** As the image has it, without a slash in front. */
  readonly path: string;
  readonly differs: readonly MemberDifference[];
};

/** The files in which two layers differ, by path. Where one is there twice, the last one counts. */
export async function compareLayers(
  firstFile: string,
  secondFile: string,
): Promise<Result<readonly FileDifference[], LayerFailure>> {
  await using first = await openFileWindow(firstFile);
  await using second = await openFileWindow(secondFile);
  const [a, b] = [await readLayer(first), await readLayer(second)];
  if (!a.ok) return a;
  if (!b.ok) return b;
  const inSecond = byName(b.value);
  const found: FileDifference[] = [];
  for (const member of byName(a.value).values()) {
    const other = inSecond.get(member.name);
    inSecond.delete(member.name);
    const differs =
      other === undefined
        ? (["only in the first"] as const)
        : await differencesOf({ member, layer: first }, { member: other, layer: second });
    if (differs.length > 0) found.push({ path: shown(member.name), differs });
  }
  for (const { name } of inSecond.values()) {
    found.push({ path: shown(name), differs: ["only in the second"] });
  }
  return ok(found.toSorted((one, other) => (one.path < other.path ? -1 : 1)));
}

function byName(members: readonly LayerMember[]): Map<string, LayerMember> {
  return new Map(members.map((member) => [member.name, member]));
}

function shown(name: string): string {
  return Buffer.from(name, "latin1").toString("utf8");
}

type Side = { readonly member: LayerMember; readonly layer: FileWindow };

async function differencesOf(first: Side, second: Side): Promise<readonly MemberDifference[]> {
  const [a, b] = [first.member, second.member];
  const checks: Readonly<Partial<Record<MemberDifference, boolean>>> = {
    type: a.type !== b.type,
    mode: a.mode !== b.mode,
    owner: a.uid !== b.uid || a.gid !== b.gid,
    link: a.linkName !== b.linkName,
    device: a.device !== b.device,
    attributes: JSON.stringify(attributesOf(a)) !== JSON.stringify(attributesOf(b)),
    content: !(await haveSameContent(first, second)),
  };
  return differences.filter((difference) => checks[difference] === true);
}

const differences: readonly MemberDifference[] = [
  "type",
  "mode",
  "owner",
  "link",
  "device",
  "attributes",
  "content",
];

async function haveSameContent(first: Side, second: Side): Promise<boolean> {
  const { sizeBytes } = first.member;
  if (sizeBytes !== second.member.sizeBytes) return false;
  for (let done = 0; done < sizeBytes; done += pieceBytes) {
    const length = Math.min(pieceBytes, sizeBytes - done);
    const one = await first.layer.read(first.member.contentAt + done, length);
    const other = await second.layer.read(second.member.contentAt + done, length);
    if (!one.equals(other)) return false;
  }
  return true;
}
