import { readdir } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { idOf, startReleaseRig } from "../../test/release-rig.ts";
import type { ReleasedProject, ReleaseRig } from "../../test/release-rig.ts";
import type { ProcessesFailure } from "../failure.ts";
import { releasePackages } from "./release.ts";
import type { ReleasedVersion, ReleaseOptions } from "./release.ts";
import { stepRows } from "./step.ts";
import { withdrawVersions } from "./withdraw.ts";

let rig: ReleaseRig;
beforeAll(async () => {
  rig = await startReleaseRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());
beforeEach(() => {
  rig.registry.setFault(undefined);
  rig.registry.writes.length = 0;
});

type Released = Result<readonly ReleasedVersion[], ProcessesFailure>;

async function release(
  { task }: ReleasedProject,
  options: ReleaseOptions = {},
  environment = rig.environment,
): Promise<Released> {
  const verify = async () => ok(undefined);
  return releasePackages(task, options, { environment, waitsMs: [1, 1], verify });
}

/** A project whose package is written and whose process is deployed. */
async function ready(name: string, version = "1.0.0"): Promise<ReleasedProject> {
  const project = await rig.project(name);
  await project.write(version);
  await project.deployed(idOf("r"));
  return project;
}

function rows(released: Released): unknown {
  return released.ok ? stepRows(released.value).flat() : released.failure;
}

test("a package is published once, with its tag; a second run writes nothing", async () => {
  const project = await ready("once");
  expect(rows(await release(project))).toEqual(["publish @acme/once@1.0.0 as latest"]);
  expect(rig.registry.writes).toEqual(["PUT @acme/once"]);
  expect(rows(await release(project))).toEqual(["@acme/once@1.0.0: nothing to do"]);
  expect(rig.registry.writes).toEqual(["PUT @acme/once"]);
  expect(await rig.shown("@acme/once")).toMatchObject({ tags: { latest: "1.0.0" } });
});

test("what would be done is told, and nothing is written", async () => {
  const project = await ready("dry");
  const planned = await release(project, { isDryRun: true });
  expect(rows(planned)).toEqual(["publish @acme/dry@1.0.0 as latest"]);
  expect(rig.registry.writes).toEqual([]);
});

test("a version with other bytes is refused with both integrities", async () => {
  const project = await ready("bytes");
  await release(project);
  await project.write("1.0.0", { "more.js": "1" });
  const refused = await release(project);
  expect(refused).toMatchObject({ failure: { reason: "version-differs" } });
  if (refused.ok || refused.failure.reason !== "version-differs") throw new Error("unreachable");
  const { packed, published } = refused.failure;
  expect(packed).toMatch(/^sha512-/);
  expect(published).toMatch(/^sha512-/);
  expect(packed).not.toBe(published);
  expect(rig.registry.writes).toEqual(["PUT @acme/bytes"]);
});

test("a version that was deprecated does not come back", async () => {
  const project = await ready("withdrawn");
  await release(project);
  const { environment } = rig;
  const wanted = { version: "1.0.0", withPatch: true };
  await withdrawVersions(project.task, wanted, { environment, waitsMs: [1, 1] });
  expect(await release(project)).toMatchObject({
    failure: { reason: "version-withdrawn", version: "@acme/withdrawn@1.0.0" },
  });
});

test("prereleases and older lines leave latest where it is", async () => {
  const project = await ready("tags", "2.0.0");
  await project.publish("2.0.0", {});
  await project.write("2.1.0-beta.1");
  expect(rows(await release(project))).toEqual(["publish @acme/tags@2.1.0-beta.1 as beta"]);
  await project.write("1.9.1");
  expect(rows(await release(project))).toEqual(["publish @acme/tags@1.9.1 as release-1.x"]);
  const tags = { latest: "2.0.0", beta: "2.1.0-beta.1", "release-1.x": "1.9.1" };
  expect((await rig.shown("@acme/tags")).tags).toEqual(tags);
  expect(rows(await release(project, { mayMoveBack: true }))).toEqual([
    "move latest of @acme/tags from 2.0.0 to 1.9.1",
  ]);
});

test("an answer that got lost after the registry acted is no failure, and nothing is written twice", async () => {
  const project = await ready("lost");
  rig.registry.setFault("lose", 1);
  expect(rows(await release(project))).toEqual(["publish @acme/lost@1.0.0 as latest"]);
  expect(rig.registry.writes).toEqual(["PUT @acme/lost"]);
});

test("a proxy that answers for the registry publishes nothing, and that is seen", async () => {
  const project = await ready("page");
  rig.registry.setFault("page");
  expect(rows(await release(project))).toEqual({
    reason: "step-without-effect",
    step: "publish @acme/page@1.0.0 as latest",
    waitedMs: 2,
  });
});

test("two runs at once on two machines publish one version, and both end well", async () => {
  const project = await ready("both");
  const verify = async () => ok(undefined);
  const effects = { environment: rig.environment, waitsMs: [1, 100], verify };
  // A machine has its own lock: another name of the project is another lock.
  const second = { ...project.task, projectName: "both-elsewhere" };
  const elsewhere = await rig.project("both-elsewhere");
  await elsewhere.deployed(idOf("r"));
  const both = await Promise.all([
    releasePackages(project.task, {}, effects),
    releasePackages(second, {}, effects),
  ]);
  expect(both.map(({ ok: isOk }) => isOk)).toEqual([true, true]);
  expect(await rig.shown("@acme/both")).toMatchObject({ versions: ["1.0.0"] });
});

test("two runs at once on one machine: one of them is told, and does nothing", async () => {
  const project = await ready("lock");
  const both = await Promise.all([release(project), release(project)]);
  const running = fail({ reason: "release-running", file: ".slipway/ao/lock/release.lock" });
  expect(both.filter((one) => !one.ok)).toEqual([running]);
  expect(rig.registry.writes).toEqual(["PUT @acme/lock"]);
});

test("nothing is published for processes that are not deployed, or do not answer as they should", async () => {
  const project = await rig.project("dead");
  await project.write("1.0.0");
  expect(await release(project)).toMatchObject({ failure: { reason: "release-undeployed" } });
  await project.deployed(idOf("r"));
  const gone = fail({ reason: "process-gone", process: idOf("r") } as const);
  const effects = { environment: rig.environment, verify: async () => gone };
  expect(await releasePackages(project.task, {}, effects)).toEqual(gone);
  expect(rig.registry.writes).toEqual([]);
});

test("a package that carries ids of other processes, or none, is refused before anything is written", async () => {
  const project = await ready("ids");
  await project.deployed(idOf("n"));
  expect(await release(project)).toEqual(
    fail({
      reason: "release-ids-differ",
      package: "@acme/ids@1.0.0",
      file: "ids.json",
      deployTarget: "dev",
      problems: [`${idOf("r")} is no process of the target`],
    }),
  );
  await project.write("1.0.0", {
    "package.json": JSON.stringify({ name: "@acme/ids", version: "1.0.0", files: ["*.js"] }),
  });
  expect(await release(project)).toMatchObject({ failure: { reason: "release-ids-missing" } });
  expect(rig.registry.writes).toEqual([]);
});

test("a private package, and a script that fails, are told", async () => {
  const project = await ready("private");
  const written = { name: "@acme/private", version: "1.0.0" };
  await project.write("1.0.0", { "package.json": JSON.stringify({ ...written, private: true }) });
  expect(await release(project)).toMatchObject({ failure: { reason: "npm-package-private" } });
  const scripts = { prepack: "echo hidden; exit 3" };
  await project.write("1.0.0", { "package.json": JSON.stringify({ ...written, scripts }) });
  expect(await release(project)).toMatchObject({
    failure: { reason: "npm-failed", code: "3", answer: "command failed" },
  });
});

test("a wrong token, and none, are told with what npm was about to do", async () => {
  const project = await ready("token");
  const host = rig.registry.url.replace("http:", "");
  const registry = `registry=${rig.registry.url}`;
  const wrong = await rig.environmentWith([registry, `${host}:_authToken=wrong-wrong-wrong`]);
  const asked = "publish @acme/token@1.0.0";
  expect(await release(project, {}, wrong)).toMatchObject({
    failure: { reason: "npm-not-allowed", asked, code: "E401" },
  });
  const none = await rig.environmentWith([registry]);
  expect(await release(project, {}, none)).toMatchObject({
    failure: { reason: "npm-not-allowed", asked, code: "ENEEDAUTH" },
  });
});

test("a registry that is down is told with what npm was about to do", async () => {
  const project = await ready("down");
  const asked = "view @acme/down@1.0.0";
  const down = await rig.environmentWith(["registry=http://127.0.0.1:1/"]);
  expect(await release(project, {}, down)).toMatchObject({
    failure: { reason: "npm-unreachable", asked, code: "ECONNREFUSED" },
  });
});

test("it can be stopped while npm waits", async () => {
  const stopping = new AbortController();
  const project = await rig.project("stop", stopping.signal);
  await project.write("1.0.0");
  await project.deployed(idOf("r"));
  rig.registry.setFault("hold");
  const running = release(project);
  await expect.poll(() => rig.registry.writes.length, { timeout: 60_000 }).toBe(1);
  stopping.abort();
  expect(await running).toEqual(fail({ reason: "npm-stopped" }));
});

test("no temporary folder is left, and the token is in nothing that was written or told", async () => {
  const project = await ready("secret");
  const released = await release(project);
  const { token } = rig.registry;
  expect(token.length).toBeGreaterThan(20);
  expect(JSON.stringify([released, project.told])).not.toContain(token);
  expect(project.told).toContain("publish @acme/secret@1.0.0 as latest");
  expect(await rig.filesWith(token)).toEqual([]);
  expect(await readdir(path.join(rig.folder, "workspace/.slipway/ao/secret"))).toEqual([
    "dev.json",
    "release.lock",
  ]);
});
