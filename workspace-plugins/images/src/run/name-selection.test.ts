import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import {
  agentFiles,
  baseFiles,
  extensionFiles,
  openDefinitionRig,
} from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import { isNamed, nameSelection, saveSelection } from "./name-selection.ts";

const chosen = {
  agent: "codex",
  selection: { base: "debian", extensions: ["act", "jq"] },
};

async function openRig(): Promise<DefinitionRig> {
  const rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex"),
    ...baseFiles("bases/debian"),
    ...extensionFiles("extensions/act"),
    ...extensionFiles("extensions/jq"),
    "images/both/image-extended.yml": "agent: codex\nbase: debian\nextensions: [jq, act]\n",
    "images/bare/image-extended.yml": "agent: codex\nbase: debian\n",
    "images/broken/image-extended.yml": "agent: codex\n",
  });
  return rig;
}

async function name(rig: DefinitionRig, as: string, of = chosen) {
  return nameSelection(as, of, { catalogue: await rig.read(), home: rig.home });
}

it("makes what was chosen a definition of the user's, which is read as any other", async () => {
  await using rig = await openRig();
  const named = await name(rig, "mine");
  if (!named.ok) throw new Error(named.failure.reason);
  const { entry } = named.value;
  const catalogue = await saveSelection(named.value, await rig.read());
  const file = ".aicage-custom/image-extended/mine/image-extended.yml";
  expect(await readFile(path.join(rig.home, file), "utf8")).toBe(
    "agent: codex\nbase: debian\nextensions:\n  - act\n  - jq\n",
  );
  expect(catalogue.extendedImages.at(-1)).toEqual(entry);
  expect((await rig.read()).extendedImages).toContainEqual(entry);
});

it("goes where the user's others are: into aicage's first layout, if that alone is there", async () => {
  await using rig = await openRig();
  await mkdir(path.join(rig.home, ".aicage/custom"), { recursive: true });
  const inFirst = await name(rig, "mine");
  expect(inFirst.ok && path.relative(rig.home, inFirst.value.entry.folder)).toBe(
    ".aicage/custom/image-extended/mine",
  );
  await mkdir(path.join(rig.home, ".aicage-custom"));
  const inSecond = await name(rig, "mine");
  expect(inSecond.ok && path.relative(rig.home, inSecond.value.entry.folder)).toBe(
    ".aicage-custom/image-extended/mine",
  );
});

it("takes a name that means the same, and no other that is taken", async () => {
  await using rig = await openRig();
  expect(await name(rig, "both")).toMatchObject({
    value: { isNew: false, entry: { place: "workspace" } },
  });
  for (const taken of ["bare", "broken"]) {
    expect(await name(rig, taken)).toMatchObject({ failure: { reason: "extended-image-taken" } });
  }
  for (const wrong of ["../up", "a--b", "A", ""]) {
    expect(await name(rig, wrong)).toMatchObject({
      failure: { reason: "extended-image-name-invalid" },
    });
  }
});

it("knows what has a name already, whatever the order of extensions", async () => {
  await using rig = await openRig();
  const catalogue = await rig.read();
  expect(isNamed(chosen, catalogue)).toBe(true);
  const selection = { base: "debian", extensions: ["act"] };
  expect(isNamed({ agent: "codex", selection }, catalogue)).toBe(false);
});
