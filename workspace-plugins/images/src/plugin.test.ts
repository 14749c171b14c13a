import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TargetConfiguration } from "@nx/devkit";
import { writeFileAtomically } from "@slipway/signature";
import { describe, expect, test } from "vitest";
import { createNodes } from "./plugin.ts";

type Files = Readonly<Record<string, string>>;

const base = (distro: string, from = "localhost:5055/rootfs:debian"): string =>
  [
    `from_image: ${from}`,
    `base_image_distro: ${distro}`,
    "base_image_description: small",
    "architectures: [amd64]",
    "",
  ].join("\n");
const agent = (more = ""): string =>
  `agent_full_name: Agent\nagent_homepage: https://agent.example\n${more}`;
const extension = "name: Extension\ndescription: more\n";
const extended = (extensions: string, more = ""): string =>
  `agent: codex\nbase: debian\nextensions: ${extensions}\n${more}`;

/** The projects of a workspace of these files by name, in the plugin's order. */
async function projectsOf(files: Files, options?: object) {
  const workspaceRoot = await mkdtemp(path.join(tmpdir(), "slipway-images-plugin-"));
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(workspaceRoot, file), text);
  }
  const context = { workspaceRoot, nxJsonConfiguration: {} };
  const nodes = await createNodes[1](Object.keys(files), options, context);
  await rm(workspaceRoot, { recursive: true });
  return Object.fromEntries(
    nodes.flatMap(([, { projects = {} }]) =>
      Object.values(projects).map((project) => [project.name ?? "", project]),
    ),
  );
}

async function targetsOf(files: Files, options?: object) {
  const projects = Object.entries(await projectsOf(files, options));
  return Object.fromEntries(projects.map(([name, project]) => [name, project.targets ?? {}]));
}

/** The targets that each target waits for, servers left out. */
function waits(targets: Readonly<Record<string, TargetConfiguration>> | undefined) {
  return Object.fromEntries(
    Object.entries(targets ?? {}).map(([name, { dependsOn = [] }]) => [
      name,
      dependsOn.flatMap((each) => {
        if (typeof each === "string") return [each];
        const [project = ""] = [each.projects ?? []].flat();
        return project === "registry" ? [] : [`${project}:${each.target}`];
      }),
    ]),
  );
}

const rootfs = (name: string, reference: string): string =>
  JSON.stringify({
    name,
    targets: {
      rootfs: { executor: "@slipway/executors:rootfs", options: { reference } },
      push: { executor: "@slipway/executors:rootfs-push" },
    },
  });

const bases = {
  "infra/rootfs/project.json": rootfs("rootfs", "localhost:5055/rootfs:debian"),
  "bases/debian/base.yml": base("Debian"),
  "bases/alpine/base.yml": base("Alpine"),
};
const codex = { "agents/codex/agent.yml": agent() };

describe("bases", () => {
  test("bytes are cached and left in dist; what the engine has is asked for each time", async () => {
    const targets = await targetsOf(bases);
    expect(Object.keys(targets)).toEqual(["alpine", "debian"]);
    for (const { image, load } of Object.values(targets)) {
      expect(image).toMatchObject({ cache: true, outputs: ["{projectRoot}/dist/image"] });
      expect(load).toMatchObject({ cache: false, dependsOn: ["image"] });
      expect(load).not.toHaveProperty("outputs");
    }
  });

  test("one is built once its root file system is pushed, while the registry is up", async () => {
    const { debian } = await targetsOf(bases);
    expect(debian?.["image"]).toMatchObject({
      options: {
        kind: "base",
        name: "debian",
        layout: "bases/debian/dist/image",
        rootfs: { layout: "infra/rootfs/dist/rootfs", target: "rootfs:rootfs" },
        images: [],
      },
      dependsOn: [
        { projects: ["rootfs"], target: "push" },
        { projects: ["registry"], target: "serve", waitFor: "ready", inputs: false },
      ],
    });
    expect(debian?.["load"]?.options).toEqual({ layouts: ["bases/debian/dist/image"] });
  });

  test("one stands on the root file system that it names, and on none that nobody makes", async () => {
    const { trixie, unknown } = await targetsOf({
      ...bases,
      "other/project.json": rootfs("newer", "localhost:5055/rootfs:trixie"),
      "broken/project.json": '{"name": "broken", "executor": "@slipway/executors:rootfs"',
      "bases/trixie/base.yml": base("Debian", "localhost:5055/rootfs:trixie"),
      "bases/unknown/base.yml": base("Debian", "localhost:5055/rootfs:sid"),
    });
    expect(waits(trixie)["image"]).toEqual(["newer:push"]);
    expect(trixie?.["image"]?.options).toMatchObject({
      rootfs: { layout: "other/dist/rootfs", target: "newer:rootfs" },
    });
    expect(trixie?.["load"]?.inputs).toContain("{workspaceRoot}/other/**/*");
    expect(waits(unknown)["image"]).toEqual([]);
    expect(unknown?.["image"]?.options).not.toHaveProperty("rootfs");
  });

  test("one on another base waits for that, and for no root file system", async () => {
    const projects = await projectsOf({
      ...bases,
      "bases/php/base.yaml": base("Debian", "slipway/base:debian"),
    });
    expect(waits(projects["php"]?.targets)["image"]).toEqual(["debian:image"]);
    expect(projects["php"]?.implicitDependencies).toEqual(["debian"]);
    expect(projects["php"]?.targets?.["image"]?.options).toEqual({
      kind: "base",
      name: "php",
      layout: "bases/php/dist/image",
      images: [
        {
          reference: "slipway/base:debian",
          layout: "bases/debian/dist/image",
          target: "debian:image",
        },
      ],
    });
  });

  test("one on nothing, and one on what the lock file pins, wait for nobody", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { empty, node } = await targetsOf({
      "bases/empty/base.yml": base("None", "scratch"),
      "bases/node/base.yml": base("Debian", "registry.example/node:26"),
      "slipway.images.lock": `from_images: {"registry.example/node:26": {digest: "${digest}"}}\n`,
    });
    expect(waits(empty)["image"]).toEqual([]);
    expect(waits(node)["image"]).toEqual([]);
    expect(node?.["image"]?.options).toMatchObject({
      locked: { "registry.example/node:26": { digest, platforms: {} } },
    });
    expect(empty?.["image"]?.options).not.toHaveProperty("locked");
  });

  test("a policy is an input of what is made from images of others, and of nothing else", async () => {
    const { node, empty, tools, debian } = await targetsOf({
      "bases/node/base.yml": base("Debian", "registry.example/node:26"),
      "bases/empty/base.yml": base("None", "scratch"),
      "bases/tools/base.yml": base("None", "scratch"),
      "bases/tools/Dockerfile": "FROM scratch\nCOPY --from=registry.example/tools:1 /a /a\n",
      "bases/debian/base.yml": base("Debian", "slipway/base:node"),
      "slipway.images.policy.yml": "schema: 1\nrules: []\n",
    });
    const hasPolicy = [node, empty, tools, debian].map((targets) =>
      targets?.["image"]?.inputs?.includes("{workspaceRoot}/slipway.images.policy.yml"),
    );
    expect(hasPolicy).toEqual([true, false, true, false]);
  });

  test("what the lock file has of an image that a Dockerfile copies from is among the options too", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { tools } = await targetsOf({
      "bases/tools/base.yml": base("None", "scratch"),
      "bases/tools/Dockerfile": "FROM scratch\nCOPY --from=registry.example/tools:1 /a /a\n",
      "slipway.images.lock": `from_images: {"registry.example/tools:1": {digest: "${digest}"}, "registry.example/other:1": {digest: "${digest}"}}\n`,
    });
    expect(tools?.["image"]?.options).toMatchObject({
      locked: { "registry.example/tools:1": { digest, platforms: {} } },
    });
  });

  test("what a Dockerfile copies from is waited for too, and not what it says in a comment", async () => {
    const { tools } = await targetsOf({
      ...bases,
      ...codex,
      "bases/tools/base.yml": base("Debian"),
      "bases/tools/Dockerfile": [
        "ARG FROM_IMAGE",
        "FROM slipway/base:alpine AS more",
        "FROM ${FROM_IMAGE}",
        "# COPY --from=slipway/base:debian /a /b",
        "COPY --from=slipway/codex:debian /usr/local/bin/codex /usr/local/bin/",
        "COPY --from=more /a /b",
      ].join("\n"),
    });
    expect(waits(tools)["image"]).toEqual(["rootfs:push", "alpine:image", "codex:image-debian"]);
  });
});

describe("agents", () => {
  test("one has a target for each base, and one for all of them", async () => {
    const targets = await targetsOf({ ...bases, ...codex });
    expect(waits(targets["codex"])).toEqual({
      "image-alpine": ["alpine:image"],
      "load-alpine": ["image-alpine"],
      "image-debian": ["debian:image"],
      "load-debian": ["image-debian"],
      image: ["image-alpine", "image-debian"],
      load: ["load-alpine", "load-debian"],
      run: [],
    });
    expect(targets["codex"]?.["image"]?.executor).toBe("nx:noop");
    expect(targets["codex"]?.["image-debian"]).toMatchObject({
      cache: true,
      outputs: ["{projectRoot}/dist/image/debian"],
      options: {
        kind: "agent",
        name: "codex",
        layout: "agents/codex/dist/image/debian",
        base: {
          name: "debian",
          reference: "slipway/base:debian",
          layout: "bases/debian/dist/image",
          target: "debian:image",
        },
      },
    });
    expect(targets["codex"]?.["load-debian"]?.options).toEqual({
      layouts: ["agents/codex/dist/image/debian"],
    });
  });

  test("a base that one excludes is none of its targets and none of its inputs", async () => {
    const { codex: targets } = await targetsOf({
      ...bases,
      "agents/codex/agent.yml": agent("base_distro_exclude: [ALPINE]\n"),
    });
    expect(Object.keys(targets ?? {})).toEqual([
      "image-debian",
      "load-debian",
      "image",
      "load",
      "run",
    ]);
    expect(JSON.stringify(targets)).not.toMatch(/alpine/i);
  });

  test("one that excludes every base says so, and the graph stands", async () => {
    const { codex: targets } = await targetsOf({
      ...bases,
      "agents/codex/agent.yml": agent("base_exclude: [alpine, debian]\n"),
    });
    expect(targets?.["image"]?.options).toEqual({
      kind: "refused",
      refusal: { reason: "agent-without-base", file: "agents/codex/agent.yml" },
    });
  });

  test("an image of one base declares nothing of another", async () => {
    const { codex: targets } = await targetsOf({ ...bases, ...codex });
    expect(JSON.stringify(targets?.["image-debian"])).not.toContain("alpine");
    expect(JSON.stringify(targets?.["load-debian"])).not.toContain("alpine");
  });

  test("the version that the lock file has is among the options of its own images alone", async () => {
    const definition = `sha256:${"b".repeat(64)}`;
    const { codex: locked, gemini } = await targetsOf({
      ...bases,
      ...codex,
      "agents/gemini/agent.yml": agent(),
      "slipway.images.lock": `agents: {codex: {version: 1.2.3, definition: "${definition}"}}\n`,
    });
    expect(locked?.["image-debian"]?.options).toHaveProperty("locked", {
      version: "1.2.3",
      definition,
    });
    expect(gemini?.["image-debian"]?.options).not.toHaveProperty("locked");
  });

  test("is built by a locked version alone where nx.json says so, or the environment", async () => {
    const files = { ...bases, ...codex };
    const { codex: usual } = await targetsOf(files);
    expect(usual?.["image-debian"]?.options).not.toHaveProperty("frozen");
    expect(usual?.["image-debian"]?.inputs).toContainEqual({ env: "SLIPWAY_FROZEN" });
    const { codex: frozen, debian } = await targetsOf(files, { frozen: true });
    expect(frozen?.["image-debian"]?.options).toHaveProperty("frozen", true);
    expect(debian?.["image"]?.options).not.toHaveProperty("frozen");
  });
});

describe("extended images", () => {
  const files = {
    ...bases,
    ...codex,
    "extensions/marker/extension.yml": extension,
    "extensions/tool/extension.yml": extension,
    "extensions/tool/Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n",
    "images/full/image-extended.yml": extended("[tool, marker]"),
  };

  test("one stands on its agent's image, and depends on its extensions", async () => {
    const projects = await projectsOf(files);
    expect(Object.keys(projects)).toEqual(["alpine", "debian", "codex", "marker", "tool", "full"]);
    expect(projects["full"]?.implicitDependencies).toEqual(["codex", "marker", "tool"]);
    expect(projects["marker"]?.targets).toEqual({});
    expect(waits(projects["full"]?.targets)).toEqual({
      image: ["codex:image-debian"],
      load: ["image"],
    });
    expect(projects["full"]?.targets?.["image"]?.options).toEqual({
      kind: "extended",
      reference: "slipway/extended:codex--debian--marker--tool",
      layout: "images/full/dist/image",
      agent: {
        name: "codex",
        reference: "slipway/codex:debian",
        layout: "agents/codex/dist/image/debian",
        target: "codex:image-debian",
      },
      extensions: [
        { name: "tool", folder: "extensions/tool" },
        { name: "marker", folder: "extensions/marker" },
      ],
      images: [],
    });
  });

  test("every file of its extensions is an input, data files too", async () => {
    const { full } = await targetsOf(files);
    for (const name of ["marker", "tool"]) {
      expect(full?.["image"]?.inputs).toContain(`{workspaceRoot}/extensions/${name}/**/*`);
    }
    expect(full?.["image"]?.inputs).toContain("{workspaceRoot}/infra/images/extension.Dockerfile");
    expect(full?.["image"]?.inputs).not.toContain("{workspaceRoot}/bases/debian/**/*");
    expect(full?.["load"]?.inputs).toContain("{workspaceRoot}/bases/debian/**/*");
  });

  test("image_ref replaces its name", async () => {
    const file = "images/full/image-extended.yml";
    const { full } = await targetsOf({ ...files, [file]: extended("[]", "image_ref: mine\n") });
    expect(full?.["image"]?.options).toMatchObject({ reference: "mine:latest" });
  });

  test.each([
    ["an extension", extended("[none]"), "extension none"],
    ["an agent on that base", "agent: codex\nbase: fedora\n", "slipway/codex:fedora"],
  ])("%s that is not here is told by the target", async (_, text, part) => {
    const file = "images/full/image-extended.yml";
    const { full } = await targetsOf({ ...files, [file]: text });
    expect(full?.["image"]).toMatchObject({
      dependsOn: [],
      options: {
        kind: "refused",
        refusal: { reason: "image-parts-unknown", file, parts: [part] },
      },
    });
  });
});

describe("inputs", () => {
  test("an image is keyed by files, modes, engine, tools and what lies below it", async () => {
    const { codex: targets, debian } = await targetsOf({ ...bases, ...codex });
    const own = [
      { env: "SLIPWAY_ENGINE" },
      {
        externalDependencies: [
          "@cyclonedx/cyclonedx-library",
          "dockerfile-ast",
          "dockerode",
          "packageurl-js",
          "tar-stream",
        ],
      },
      { dependentTasksOutputFiles: "**/receipt.json", transitive: true },
    ];
    const notFiles = (inputs: readonly unknown[] = []) =>
      inputs.filter((input) => typeof input !== "string");
    expect(notFiles(debian?.["image"]?.inputs)).toEqual([
      { env: "SLIPWAY_OWN_DEBIAN__IMAGE" },
      ...own,
    ]);
    expect(notFiles(targets?.["image-debian"]?.inputs)).toEqual([
      { env: "SLIPWAY_OWN_CODEX__IMAGE_DEBIAN" },
      ...own,
      { env: "SLIPWAY_FROZEN" },
    ]);
    for (const fileset of [
      "{workspaceRoot}/agents/codex/**/*",
      "!{workspaceRoot}/agents/codex/dist/**/*",
      "{workspaceRoot}/infra/images/agent.Dockerfile",
      "{workspaceRoot}/tools/executors/image/**/*",
      "{workspaceRoot}/workspace-plugins/images/src/**/*",
    ]) {
      expect(targets?.["image-debian"]?.inputs).toContain(fileset);
    }
  });

  test("an image declares no files of what lies below it: made again the same, that is no reason", async () => {
    const { codex: targets, debian } = await targetsOf({ ...bases, ...codex });
    expect(JSON.stringify(targets?.["image-debian"]?.inputs)).not.toContain("bases/");
    expect(JSON.stringify(debian?.["image"]?.inputs)).not.toContain("rootfs");
  });

  test("a load declares all files that its image comes from, so that affected selects it", async () => {
    const { codex: targets, debian } = await targetsOf({ ...bases, ...codex });
    const pairs = [
      [targets?.["image-debian"], targets?.["load-debian"]],
      [debian?.["image"], debian?.["load"]],
    ];
    for (const [image, load] of pairs) {
      const files = image?.inputs?.filter((input) => typeof input === "string") ?? [];
      expect(load?.inputs).toEqual(expect.arrayContaining(files));
      expect(load?.inputs).toContain("{workspaceRoot}/bases/debian/**/*");
      expect(load?.inputs).toContain("{workspaceRoot}/infra/rootfs/**/*");
      expect(load?.inputs).toContain("{workspaceRoot}/tools/executors/load/**/*");
    }
  });
});

describe("push", () => {
  const options = { registry: "localhost:5055", namespace: "images" };
  const files = {
    ...bases,
    "agents/free/agent.yml": agent("build_local: false\n"),
    "agents/own/agent.yml": agent(),
    "extensions/marker/extension.yml": extension,
    "images/a/image-extended.yml": "agent: free\nbase: debian\nextensions: [marker]\n",
    "images/b/image-extended.yml": "agent: own\nbase: debian\nextensions: [marker]\n",
  };

  test("there is none without a registry", async () => {
    expect(JSON.stringify(await targetsOf(files))).not.toContain("push-");
  });

  test("what may be redistributed goes below the namespace, with where its lower layers go", async () => {
    const { free, a } = await targetsOf(files, options);
    expect(free?.["push"]).toMatchObject({ dependsOn: ["push-alpine", "push-debian"] });
    expect(free?.["push-debian"]).toMatchObject({
      cache: false,
      dependsOn: ["image-debian"],
      options: {
        layout: "agents/free/dist/image/debian",
        reference: "localhost:5055/images/free:debian",
        below: [
          { layout: "bases/debian/dist/image", reference: "localhost:5055/images/base:debian" },
        ],
      },
    });
    expect(a?.["push"]?.options).toMatchObject({
      reference: "localhost:5055/images/extended:free--debian--marker",
    });
  });

  test("what is built locally, and what stands on that, has no target to push", async () => {
    const { own, b } = await targetsOf(files, options);
    for (const targets of [own, b]) {
      expect(Object.keys(targets ?? {}).filter((name) => name.startsWith("push"))).toEqual([]);
    }
  });
});

describe("what is wrong with a workspace", () => {
  test("a broken agent keeps its targets, and is taken to exclude no base", async () => {
    const { codex: targets } = await targetsOf({
      ...bases,
      "agents/codex/agent.yml": "agent_full_name: [",
    });
    expect(waits(targets)["image"]).toEqual(["image-alpine", "image-debian"]);
  });

  test("a broken base keeps its targets, and agents are still built on it", async () => {
    const { debian, codex: targets } = await targetsOf({
      "bases/debian/base.yml": "from_image",
      "agents/codex/agent.yml": agent("base_distro_exclude: [Debian]\n"),
    });
    expect(Object.keys(debian ?? {})).toEqual(["image", "load"]);
    expect(waits(targets)["image-debian"]).toEqual(["debian:image"]);
  });

  test("a broken extended image keeps its targets", async () => {
    const { full } = await targetsOf({ ...bases, "images/full/image-extended.yml": "agent: [" });
    expect(Object.keys(full ?? {})).toEqual(["image", "load"]);
  });

  test("a ring of images is told by each of its targets, which wait for nobody", async () => {
    const targets = await targetsOf({
      "bases/a/base.yml": base("A", "slipway/base:b"),
      "bases/b/base.yml": base("B", "slipway/base:c"),
      "bases/c/base.yml": base("C"),
      "bases/c/Dockerfile": "FROM slipway/base:a\n",
      "bases/d/base.yml": base("D", "slipway/base:a"),
      ...codex,
    });
    expect(targets["b"]?.["image"]).toMatchObject({
      dependsOn: [],
      options: {
        kind: "refused",
        refusal: {
          reason: "image-ring",
          file: "bases/b/base.yml",
          references: ["slipway/base:b", "slipway/base:c", "slipway/base:a", "slipway/base:b"],
        },
      },
    });
    expect(waits(targets["a"])["image"]).toEqual([]);
    expect(waits(targets["c"])["image"]).toEqual([]);
    expect(waits(targets["d"])["image"]).toEqual(["a:image"]);
    expect(waits(targets["codex"])["image-a"]).toEqual(["a:image"]);
  });

  test("a base on itself is the smallest ring", async () => {
    const { a } = await targetsOf({ "bases/a/base.yml": base("A", "slipway/base:a") });
    expect(a?.["image"]?.options).toMatchObject({
      refusal: { reason: "image-ring", references: ["slipway/base:a", "slipway/base:a"] },
    });
  });

  test("two definitions of one image: the first makes it, the other says who does", async () => {
    const targets = await targetsOf({
      "bases/debian/base.yml": base("Debian"),
      "more/debian/base.yml": base("Debian"),
    });
    expect(targets["debian"]?.["image"]?.options).toMatchObject({ kind: "base" });
    expect(targets["more-debian"]?.["image"]?.options).toEqual({
      kind: "refused",
      refusal: {
        reason: "image-name-taken",
        file: "more/debian/base.yml",
        reference: "slipway/base:debian",
        other: "bases/debian/base.yml",
      },
    });
  });

  test("an agent, a base and an extension of one name are three projects", async () => {
    const projects = await projectsOf({
      "agents/node/agent.yml": agent(),
      "bases/node/base.yml": base("Debian"),
      "extensions/node/extension.yml": extension,
    });
    expect(Object.values(projects).map(({ name, root }) => [name, root])).toEqual([
      ["node-base", "bases/node"],
      ["node", "agents/node"],
      ["node-extension", "extensions/node"],
    ]);
    expect(waits(projects["node"]?.targets)["image-node"]).toEqual(["node-base:image"]);
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
});
