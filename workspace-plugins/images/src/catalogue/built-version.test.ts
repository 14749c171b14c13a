import { expect, test } from "vitest";
import { agentFiles, openDefinitionRig } from "../../test/definition-rig.ts";
import { builtVersion } from "./built-version.ts";
import type { Located } from "./entry.ts";

test("the version of an agent is that of its image on the base, where there is a whole one", async () => {
  await using rig = await openDefinitionRig();
  const digest = `sha256:${"a".repeat(64)}`;
  const receipt = {
    schema: 1,
    reference: "slipway/codex:debian",
    imageId: digest,
    manifestDigest: digest,
    platform: { os: "linux", architecture: "amd64" },
    diffIds: [digest],
    below: [],
    inputs: {},
    agentVersion: "1.2.3",
  };
  await rig.write(rig.workspace, {
    ...agentFiles("codex"),
    "codex/dist/image/debian/receipt.json": JSON.stringify(receipt),
    "codex/dist/image/node/receipt.json": "{",
  });
  const [agent] = (await rig.read()).agents;
  if (agent === undefined) throw new Error("no agent");
  const ask = (of: Located, base: string) => builtVersion(of, base);
  expect(await ask(agent, "debian")).toBe("1.2.3");
  expect(await ask(agent, "node")).toBe(undefined);
  expect(await ask(agent, "alpine")).toBe(undefined);
  expect(await ask({ ...agent, place: "user" }, "debian")).toBe(undefined);
});
