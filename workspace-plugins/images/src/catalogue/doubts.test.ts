import { expect, test } from "vitest";
import { agentFiles, baseFiles, openDefinitionRig } from "../../test/definition-rig.ts";
import { findDoubts } from "./doubts.ts";

test("an exclusion of what is nearly there is doubted, one of what is there or elsewhere is not", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles(
      "agents/codex",
      "base_exclude: [Alpine, alpin, windows]\nbase_distro_exclude: [Debain, fedora]\n",
    ),
    ...baseFiles("bases/alpine", "Alpine"),
    ...baseFiles("bases/debian"),
  });
  const doubts = await findDoubts(await rig.read());
  expect(doubts.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    "3:24 base_exclude.1: excludes nothing here; did you mean alpine?",
    "4:23 base_distro_exclude.0: excludes nothing here; did you mean Debian?",
  ]);
});
