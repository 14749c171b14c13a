import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { expect, test } from "vitest";
import { createNodes } from "./plugin.ts";

const base = (distro: string): string =>
  [
    "from_image: localhost:5055/rootfs:debian",
    `base_image_distro: ${distro}`,
    "base_image_description: small",
    "architectures: [amd64]",
    "",
  ].join("\n");
const agent = (more = ""): string =>
  `agent_full_name: Agent\nagent_homepage: https://agent.example\n${more}`;

/** The targets of each project that a workspace of these files has, in the plugin's order. */
async function targetsOf(files: Readonly<Record<string, string>>) {
  const workspaceRoot = await mkdtemp(path.join(tmpdir(), "slipway-images-plugin-"));
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(workspaceRoot, file), text);
  }
  const context = { workspaceRoot, nxJsonConfiguration: {} };
  const nodes = await createNodes[1](Object.keys(files), undefined, context);
  await rm(workspaceRoot, { recursive: true });
  return Object.fromEntries(
    nodes.flatMap(([, { projects = {} }]) =>
      Object.values(projects).map((project) => [project.name ?? "", project.targets ?? {}]),
    ),
  );
}

const bases = {
  "bases/debian/base.yml": base("Debian"),
  "bases/alpine/base.yml": base("Alpine"),
};

test("bytes are cached and left in dist; what the engine has is asked for each time", async () => {
  const targets = await targetsOf({ ...bases, "agents/codex/agent.yml": agent() });
  expect(Object.keys(targets)).toEqual(["alpine", "debian", "codex"]);
  for (const { image, load } of Object.values(targets)) {
    expect(image).toMatchObject({ cache: true, outputs: ["{projectRoot}/dist/image"] });
    expect(load).toMatchObject({ cache: false, dependsOn: ["image"] });
    expect(load).not.toHaveProperty("outputs");
  }
});

test("a base is built once its root file system is pushed, while the registry is up", async () => {
  const { debian } = await targetsOf(bases);
  expect(debian?.["image"]).toMatchObject({
    options: { kind: "base", rootfs: "infra/rootfs/dist/rootfs" },
    dependsOn: [
      { projects: ["rootfs"], target: "push" },
      { projects: ["registry"], target: "serve", waitFor: "ready", inputs: false },
    ],
  });
  expect(debian?.["load"]?.options).toEqual({ layouts: ["bases/debian/dist/image"] });
});

test("an agent is built on every base and loaded from one layout for each", async () => {
  const { codex } = await targetsOf({ ...bases, "agents/codex/agent.yml": agent() });
  expect(codex?.["image"]).toMatchObject({
    options: {
      kind: "agent",
      bases: [
        { name: "alpine", project: "alpine", folder: "bases/alpine" },
        { name: "debian", project: "debian", folder: "bases/debian" },
      ],
    },
    dependsOn: [{ projects: ["alpine", "debian"], target: "image" }],
  });
  expect(codex?.["load"]?.options).toEqual({
    layouts: ["agents/codex/dist/image/alpine", "agents/codex/dist/image/debian"],
  });
});

test("a base that an agent excludes is none of its dependencies and none of its inputs", async () => {
  const { codex } = await targetsOf({
    ...bases,
    "agents/codex/agent.yml": agent("base_distro_exclude: [ALPINE]\n"),
  });
  expect(codex?.["image"]?.dependsOn).toEqual([{ projects: ["debian"], target: "image" }]);
  const inputs = JSON.stringify(codex?.["load"]?.inputs);
  expect(inputs).toContain("bases/debian");
  expect(inputs).not.toContain("alpine");
  expect(inputs).not.toContain("ALPINE");
});

test("an image is keyed by files, modes, engine, tools and what lies below it", async () => {
  const { codex, debian } = await targetsOf({ ...bases, "agents/codex/agent.yml": agent() });
  const own = [
    { env: "SLIPWAY_ENGINE" },
    { externalDependencies: ["dockerode", "tar-stream"] },
    { dependentTasksOutputFiles: "**/receipt.json", transitive: true },
  ];
  const notFiles = (inputs: readonly unknown[] = []) =>
    inputs.filter((input) => typeof input !== "string");
  expect(notFiles(debian?.["image"]?.inputs)).toEqual([
    { env: "SLIPWAY_OWN_DEBIAN__IMAGE" },
    ...own,
  ]);
  expect(notFiles(codex?.["image"]?.inputs)).toEqual([{ env: "SLIPWAY_OWN_CODEX__IMAGE" }, ...own]);
  for (const fileset of [
    "{workspaceRoot}/agents/codex/**/*",
    "!{workspaceRoot}/agents/codex/dist/**/*",
    "{workspaceRoot}/infra/images/agent.Dockerfile",
    "{workspaceRoot}/tools/executors/image/**/*",
    "{workspaceRoot}/workspace-plugins/images/src/**/*",
  ]) {
    expect(codex?.["image"]?.inputs).toContain(fileset);
  }
});

test("an image declares no files of what lies below it: made again the same, that is no reason", async () => {
  const { codex, debian } = await targetsOf({ ...bases, "agents/codex/agent.yml": agent() });
  expect(JSON.stringify(codex?.["image"]?.inputs)).not.toContain("bases/");
  expect(JSON.stringify(debian?.["image"]?.inputs)).not.toContain("rootfs");
});

test("a load declares all files that its image comes from, so that affected selects it", async () => {
  const { codex, debian } = await targetsOf({ ...bases, "agents/codex/agent.yml": agent() });
  for (const targets of [codex, debian]) {
    const files = targets?.["image"]?.inputs?.filter((input) => typeof input === "string") ?? [];
    expect(targets?.["load"]?.inputs).toEqual(expect.arrayContaining(files));
    expect(targets?.["load"]?.inputs).toContain("{workspaceRoot}/bases/debian/**/*");
    expect(targets?.["load"]?.inputs).toContain("{workspaceRoot}/infra/rootfs/**/*");
    expect(targets?.["load"]?.inputs).toContain("{workspaceRoot}/tools/executors/load/**/*");
  }
});

test("a broken agent keeps its targets, and is taken to exclude no base", async () => {
  const { codex } = await targetsOf({ ...bases, "agents/codex/agent.yml": "agent_full_name: [" });
  expect(Object.keys(codex ?? {})).toEqual(["image", "load"]);
  const [waited] = codex?.["image"]?.dependsOn ?? [];
  expect(waited).toMatchObject({ projects: expect.arrayContaining(["debian"]) as string[] });
});

test("a broken base keeps its targets, and agents are still built on it", async () => {
  const { debian, codex } = await targetsOf({
    "bases/debian/base.yml": "from_image",
    "agents/codex/agent.yml": agent("base_distro_exclude: [Debian]\n"),
  });
  expect(Object.keys(debian ?? {})).toEqual(["image", "load"]);
  expect(codex?.["image"]?.dependsOn).toEqual([{ projects: ["debian"], target: "image" }]);
});

test("copies in folders of outputs and packages are no projects", async () => {
  expect(
    await targetsOf({
      "agents/codex/dist/x/agent.yml": agent(),
      "dist/base.yml": base("Debian"),
      "node_modules/x/agent.yml": agent(),
    }),
  ).toEqual({});
});
