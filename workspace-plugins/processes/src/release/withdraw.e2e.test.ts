import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { idOf, startReleaseRig } from "../../test/release-rig.ts";
import type { ReleasedProject, ReleaseRig } from "../../test/release-rig.ts";
import type { ProcessesFailure } from "../failure.ts";
import { stepRows } from "./step.ts";
import { withdrawVersions } from "./withdraw.ts";
import type { WithdrawnVersion, WithdrawOptions } from "./withdraw.ts";

let rig: ReleaseRig;
beforeAll(async () => {
  rig = await startReleaseRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());
beforeEach(() => rig.registry.setFault(undefined));

const waitsMs = [1, 1];

/** Published in this order, each for the process that is an id of its letter; the last one's is deployed. */
async function published(
  name: string,
  versions: readonly (readonly [version: string, process: string])[],
): Promise<ReleasedProject> {
  const project = await rig.project(name);
  await project.write("1.3.0");
  for (const [version, letter] of versions) {
    const ids = JSON.stringify({ registry: idOf(letter) });
    await project.publish(version, { "ids.json": ids, "cli.js": `// ${version}` });
    await project.deployed(idOf(letter));
  }
  return project;
}

async function withdraw(
  { task }: ReleasedProject,
  options: Partial<WithdrawOptions>,
): Promise<Result<readonly WithdrawnVersion[], ProcessesFailure>> {
  const all = { version: undefined, withPatch: true, ...options };
  return withdrawVersions(task, all, { environment: rig.environment, waitsMs });
}

async function contentOf(project: ReleasedProject, version: string): Promise<string> {
  const name = project.name.split("/")[1];
  const answer = await fetch(`${rig.registry.url}${project.name}/-/${name}-${version}.tgz`);
  const stream = answer.body?.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

test("deprecated, the tag moved, the good content published above: in this order, though each answer gets lost", async () => {
  const project = await published("order", [
    ["1.2.0", "r"],
    ["1.3.0", "r"],
  ]);
  rig.registry.setFault("lose");
  const planned = await withdraw(project, { version: "1.3.0", isDryRun: true });
  expect(rig.registry.writes).toEqual([]);
  const withdrawn = await withdraw(project, { version: "1.3.0" });
  expect(withdrawn.ok && stepRows(withdrawn.value).flat()).toEqual([
    "deprecate @acme/order@1.3.0: 1.3.0 is withdrawn: use @acme/order@1.3.1",
    "move latest of @acme/order from 1.3.0 to 1.2.0",
    "publish @acme/order@1.3.1 as latest, with the content of 1.2.0",
  ]);
  expect(planned).toEqual(withdrawn);
  const writes = ["PUT @acme/order", "PUT @acme/order/dist-tags/latest", "PUT @acme/order"];
  expect(rig.registry.writes).toEqual(writes);
  expect(await rig.shown("@acme/order")).toEqual({
    tags: { latest: "1.3.1" },
    versions: ["1.2.0", "1.3.0", "1.3.1"],
    deprecated: { "1.3.0": "1.3.0 is withdrawn: use @acme/order@1.3.1" },
  });
  expect(await contentOf(project, "1.3.1")).toContain("// 1.2.0");
  const again = await withdraw(project, { version: "1.3.0" });
  expect(again.ok && stepRows(again.value).flat()).toEqual(["@acme/order@1.3.0: nothing to do"]);
  expect(rig.registry.writes).toEqual(writes);
});

test("versions of a process that is deployed no more are deprecated, and none of their content comes back", async () => {
  const project = await published("dead", [
    ["1.0.0", "a"],
    ["1.1.0", "b"],
    ["1.2.0", "c"],
  ]);
  const refused = await withdraw(project, { version: "1.2.0" });
  expect(refused).toMatchObject({
    failure: { reason: "release-ids-differ", package: "@acme/dead@1.1.0" },
  });
  expect(rig.registry.writes).toEqual([]);
  const withdrawn = await withdraw(project, {});
  expect(withdrawn.ok && stepRows(withdrawn.value).flat()).toEqual([
    "deprecate @acme/dead@1.0.0: 1.0.0 is withdrawn: use @acme/dead@1.2.0",
    "deprecate @acme/dead@1.1.0: 1.1.0 is withdrawn: use @acme/dead@1.2.0",
  ]);
  expect(await rig.shown("@acme/dead")).toMatchObject({ tags: { latest: "1.2.0" } });
  expect(await withdraw(project, {})).toEqual(ok([]));
});

test("a version that nobody published, and a package that is none of the release, are told", async () => {
  const project = await published("none", []);
  expect(await withdraw(project, { version: "9.9.9" })).toMatchObject({
    failure: { reason: "version-unpublished", version: "9.9.9", package: "@acme/none" },
  });
  expect(await withdraw(project, { version: "1.0.0", package: "other" })).toMatchObject({
    failure: { reason: "release-package-unknown", name: "other", known: "@acme/none" },
  });
});
