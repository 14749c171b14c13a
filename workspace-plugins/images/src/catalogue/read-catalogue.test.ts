import { symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  agentFiles,
  baseFiles,
  extensionFiles,
  openDefinitionRig,
} from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import type { Catalogue, Entry } from "./entry.ts";
import { pairsOf } from "./pairs.ts";
import { validateCatalogue } from "./problems.ts";
import { readAgent } from "./read-entry.ts";
import { selectEntry } from "./select.ts";

/** Every problem of what counts, `file:line:column message`, with files relative to the rig's three folders. */
function problemsIn(catalogue: Catalogue, rig: DefinitionRig): readonly string[] {
  const entries: readonly Entry<unknown>[] = [
    ...catalogue.agents,
    ...catalogue.bases,
    ...catalogue.extensions,
    ...catalogue.extendedImages,
  ];
  return entries.flatMap((entry) =>
    entry.state === "sound"
      ? []
      : entry.problems.map(({ message, at, line, column }) => {
          const text = `${at.file}:${line}:${column} ${message}`;
          return text.replaceAll(path.dirname(rig.home), "");
        }),
  );
}

test("a folder with an nx.json of its own is another workspace, whose definitions are not this one's", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    "nx.json": "{}",
    ...agentFiles("agents/codex"),
    "examples/fleet/nx.json": "{}",
    ...agentFiles("examples/fleet/agents/gemini"),
    ...baseFiles("examples/fleet-like/bases/debian"),
  });
  const found = await rig.read();
  expect(names([...found.agents, ...found.bases])).toEqual(["codex workspace", "debian workspace"]);
});

function names(entries: readonly Entry<unknown>[]): readonly string[] {
  return entries.map(({ name, place }) => `${name} ${place}`);
}

test("definitions of all three places stand beside each other, by name", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("tools/agents/codex"),
    ...baseFiles("somewhere/debian"),
    ...extensionFiles("extras/shell"),
  });
  await rig.write(rig.packaged, {
    ...agentFiles("agents/gemini"),
    ...baseFiles("bases/alpine", "Alpine"),
    ...extensionFiles("extensions/php"),
  });
  await rig.write(rig.home, {
    ...agentFiles(".aicage/custom/agents/aider"),
    ...agentFiles(".aicage-custom/agents/kimi"),
    ...baseFiles(".aicage/custom/image-base/arch"),
    ...baseFiles(".aicage-custom/base-images/node"),
    ...extensionFiles(".aicage/custom/extension/gh"),
    ...extensionFiles(".aicage-custom/extensions/act"),
    ".aicage/custom/image-extended/old/image-extended.yml": "agent: codex\nbase: debian\n",
    ".aicage-custom/image-extended/new/image-extended.yaml":
      "agent: kimi\nbase: node\nextensions: [act, gh]\nimage_ref: my/kimi:best\n",
  });
  const found = await rig.read();
  expect(problemsIn(found, rig)).toEqual([]);
  expect(names(found.agents)).toEqual([
    "aider user",
    "codex workspace",
    "gemini packaged",
    "kimi user",
  ]);
  expect(names(found.bases)).toEqual([
    "alpine packaged",
    "arch user",
    "debian workspace",
    "node user",
  ]);
  expect(names(found.extensions)).toEqual([
    "act user",
    "gh user",
    "php packaged",
    "shell workspace",
  ]);
  expect(names(found.extendedImages)).toEqual(["new user", "old user"]);
});

test("a user's entry replaces a workspace's of its kind and name, and that a packaged one", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.packaged, { ...agentFiles("agents/codex"), ...baseFiles("bases/codex") });
  await rig.write(rig.workspace, agentFiles("agents/codex"));
  await rig.write(rig.home, {
    ...agentFiles(".aicage/custom/agents/codex"),
    ...agentFiles(".aicage-custom/agents/codex"),
  });
  const found = await rig.read();
  expect(found.agents.map(({ folder }) => folder)).toEqual([
    path.join(rig.home, ".aicage-custom/agents/codex"),
  ]);
  expect(names(found.bases)).toEqual(["codex packaged"]);
  expect(found.overrides.map(({ by, replaced }) => `${by.place} > ${replaced.place}`)).toEqual([
    "workspace > packaged",
    "user > workspace",
    "user > user",
  ]);
});

test("every problem of every file is told at once, and hides no sound one", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("a/sound"),
    "a/half/agent.yml": "agent_full_name: [\n",
    "a/bare/agent.yml":
      "agent_fullname: Bare\nagent_homepage: https://a.example\nagent_path: ~/.bare\n",
    ...agentFiles("a/Upper"),
    ...baseFiles("b/debian"),
    "b/old/base.yml":
      "root_image: x\nbase_image_distro: Debian\nbase_image_description: d\narchitectures: [amd64]\n",
    "e/idle/extension.yml": "name: Idle\ndescription: Does nothing\n",
    "e/shared/extension.yml":
      "name: S\ndescription: S\nshares: [data, '~/x:rw', /etc/../etc, /:ro, /etc/ssl]\n",
  });
  await rig.write(rig.home, {
    ...agentFiles(".aicage-custom/agents/mine", "build_local: false\n"),
    ".aicage-custom/agents/empty/README": "",
    ".aicage-custom/image-extended/e1/image-extended.yml":
      "agent: soudn\nbase: debian\nextensions: [idle, none]\nimage_ref: 'Not A Name'\n",
    ".aicage-custom/image-extended/e2/image-extended.yml":
      "agent: soudn\nbase: debian\nextensions: [idle, none]\n",
  });
  const found = await rig.read();
  expect(problemsIn(found, rig).toSorted()).toEqual([
    "/home/.aicage-custom/agents/empty/agent.yml:1:1 agent.yml is missing",
    "/home/.aicage-custom/agents/empty/agent.yml:1:1 install.sh is missing",
    "/home/.aicage-custom/agents/empty/agent.yml:1:1 version.sh is missing",
    "/home/.aicage-custom/agents/mine/agent.yml:3:14 build_local: must be true or left out: a user's agent is built on this machine",
    "/home/.aicage-custom/image-extended/e1/image-extended.yml:4:12 image_ref: must be the name of an image, with or without a tag",
    "/home/.aicage-custom/image-extended/e2/image-extended.yml:1:8 agent: there is no agent soudn; did you mean sound?",
    "/home/.aicage-custom/image-extended/e2/image-extended.yml:3:20 extensions.1: there is no extension none",
    "/workspace/a/Upper/agent.yml:1:1 the folder's name is the definition's, and must be lower-case letters, digits, single . _ -",
    '/workspace/a/bare/agent.yml:1:1 Unrecognized key: "agent_fullname"; did you mean agent_full_name?',
    "/workspace/a/bare/agent.yml:1:1 agent_full_name: is missing: it must be a text",
    "/workspace/a/bare/agent.yml:1:1 install.sh is missing",
    "/workspace/a/bare/agent.yml:1:1 version.sh is missing",
    "/workspace/a/bare/agent.yml:3:13 agent_path: is written with files and directories now: agent_path: { directories: [~/.bare] }",
    "/workspace/a/half/agent.yml:1:1 install.sh is missing",
    "/workspace/a/half/agent.yml:1:1 version.sh is missing",
    "/workspace/a/half/agent.yml:2:1 Flow sequence in block collection must be sufficiently indented and end with a ]",
    "/workspace/b/old/base.yml:1:1 Dockerfile is missing",
    '/workspace/b/old/base.yml:1:1 Unrecognized key: "root_image", which is called from_image now',
    "/workspace/b/old/base.yml:1:1 from_image: is missing: it must be a text",
    "/workspace/e/idle/extension.yml:1:1 it does nothing: it has to have shares, a Dockerfile or scripts/*.sh",
    "/workspace/e/shared/extension.yml:3:10 shares.0: must be a path that begins with / or ~/, and may end with :ro",
    "/workspace/e/shared/extension.yml:3:16 shares.1: must be a path that begins with / or ~/, and may end with :ro",
    "/workspace/e/shared/extension.yml:3:26 shares.2: must not be a folder that every image has of its own",
    "/workspace/e/shared/extension.yml:3:39 shares.3: must not be a folder that every image has of its own",
  ]);
  expect(names(found.agents.filter(({ state }) => state === "sound"))).toEqual(["sound workspace"]);
});

test("an extended image takes no other image's name, however it is written", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, { ...agentFiles("a/codex"), ...baseFiles("b/debian") });
  const usual = "docker.io";
  const refs = {
    one: "mine:1",
    two: `${usual}/mine:1`,
    onbase: "slipway/base:debian",
    onagent: `index.${usual}/slipway/codex:debian`,
    own: "mine",
  };
  await rig.write(
    rig.workspace,
    Object.fromEntries(
      Object.entries(refs).map(([name, ref]) => [
        `e/${name}/image-extended.yml`,
        `agent: codex\nbase: debian\nimage_ref: ${ref}\n`,
      ]),
    ),
  );
  const found = await rig.read();
  const file = (name: string): string => `/workspace/e/${name}/image-extended.yml:3:12 image_ref:`;
  expect(problemsIn(found, rig).toSorted()).toEqual([
    `${file("onagent")} codex on debian has the same name for its image`,
    `${file("onbase")} the base debian has the same name for its image`,
    `${file("one")} two has the same name for its image`,
    `${file("two")} one has the same name for its image`,
  ]);
});

test("a broken entry fails who selects it, one that is not there names those near", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, { ...agentFiles("codex"), "gemini/agent.yml": "" });
  const { agents } = await rig.read();
  const codex = selectEntry(agents, "agent", "codex");
  expect(codex.ok && codex.value.definition.agent_full_name).toBe("Agent");
  const gemini = selectEntry(agents, "agent", "gemini");
  expect(!gemini.ok && gemini.failure.reason).toBe("definition-invalid");
  expect(selectEntry(agents, "agent", "codx")).toEqual({
    ok: false,
    failure: {
      reason: "definition-unknown",
      kind: "agent",
      name: "codx",
      known: ["codex", "gemini"],
      near: ["codex"],
    },
  });
});

test("names that differ in case alone, or stand twice in a workspace, are told with both folders", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("a/codex"),
    ...agentFiles("b/codex"),
    ...agentFiles("a/gemini"),
    ...agentFiles("b/Gemini"),
  });
  const found = await rig.read();
  expect(problemsIn(found, rig)).toEqual([
    "/workspace/b/Gemini/agent.yml:1:1 the folder's name is the definition's, and must be lower-case letters, digits, single . _ -",
    "/workspace/b/Gemini/agent.yml:1:1 the name differs from gemini in case alone",
    "/workspace/a/codex/agent.yml:1:1 codex is defined in /workspace/b/codex too",
    "/workspace/b/codex/agent.yml:1:1 codex is defined in /workspace/a/codex too",
  ]);
  expect(names(found.agents.filter(({ state }) => state === "sound"))).toEqual([
    "gemini workspace",
  ]);
});

test("no link of a definition leaves the folder of its place", async () => {
  await using rig = await openDefinitionRig();
  const agents = path.join(rig.home, ".aicage-custom/agents");
  await rig.write(rig.home, {
    ...agentFiles(".aicage-custom/agents/linking"),
    ...agentFiles(".aicage-custom/agents/inside"),
    ...agentFiles("elsewhere"),
    secret: "",
  });
  await symlink("../../../secret", path.join(agents, "linking/data"));
  await symlink("nowhere", path.join(agents, "linking/dangling"));
  await symlink("../../elsewhere", path.join(agents, "outside"));
  await symlink("../linking/install.sh", path.join(agents, "inside/other.sh"));
  await symlink("inside", path.join(agents, "alias"));
  const found = await rig.read();
  expect(problemsIn(found, rig)).toEqual([
    "/home/.aicage-custom/agents/linking/agent.yml:1:1 dangling is a link that leads nowhere",
    "/home/.aicage-custom/agents/linking/agent.yml:1:1 data is a link that leads out of /home/.aicage-custom/agents: copy what it leads to",
    "/home/.aicage-custom/agents/outside/agent.yml:1:1 the folder is a link that leads out of /home/.aicage-custom/agents: copy what it leads to",
    "/home/.aicage-custom/agents/outside/agent.yml:1:1 agent.yml is missing",
    "/home/.aicage-custom/agents/outside/agent.yml:1:1 install.sh is missing",
    "/home/.aicage-custom/agents/outside/agent.yml:1:1 version.sh is missing",
  ]);
});

test("files and hidden folders beside definitions are left out, and named", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.home, {
    ...extensionFiles(".aicage-custom/extensions/act"),
    ".aicage-custom/extensions/.git/HEAD": "",
    ".aicage-custom/extensions/README.md": "",
  });
  const found = await rig.read();
  expect(names(found.extensions)).toEqual(["act user"]);
  const folder = path.join(rig.home, ".aicage-custom/extensions");
  expect(found.ignored).toEqual([
    { path: path.join(folder, ".git"), reason: "hidden" },
    { path: path.join(folder, "README.md"), reason: "file" },
  ]);
});

test("an agent goes on each base that it does not exclude and that is for the processor", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex", "base_exclude: [Node]\nbase_distro_exclude: [alpine]\n"),
    ...baseFiles("bases/alpine", "Alpine"),
    ...baseFiles("bases/debian"),
    ...baseFiles("bases/node"),
    "bases/broken/base.yml": "",
  });
  const found = await rig.read();
  const told = (architecture?: "amd64" | "arm64") =>
    pairsOf(found, architecture).map(({ base, obstacle }) => `${base.name} ${obstacle ?? "goes"}`);
  const excluded = ["alpine base_distro_exclude", "node base_exclude"];
  expect(told().toSorted()).toEqual([excluded[0], "debian goes", excluded[1]]);
  expect(told("amd64")).toEqual(told());
  expect(told("arm64").toSorted()).toEqual([excluded[0], "debian architecture", excluded[1]]);
});

test("an extension installs by its Dockerfile, by scripts in their order, or shares alone", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...extensionFiles("e/own"),
    "e/own/Dockerfile": "",
    ...extensionFiles("e/shell"),
    "e/shell/scripts/05-first.sh": "",
    "e/shell/scripts/data.txt": "",
    "e/shell/scripts/deeper/20.sh": "",
    "e/shares/extension.yml": "name: S\ndescription: S\nshares: [/data, ~/x:ro, '~']\n",
  });
  const found = await rig.read();
  expect(problemsIn(found, rig)).toEqual([]);
  expect(
    found.extensions.map((entry) =>
      entry.state === "sound" ? [entry.definition.installs, entry.definition.scripts] : [],
    ),
  ).toEqual([
    ["dockerfile", ["10-add.sh"]],
    ["nothing", []],
    ["scripts", ["05-first.sh", "10-add.sh"]],
  ]);
});

test("what lies both in a workspace and in a user's folder is the user's, once", async () => {
  await using rig = await openDefinitionRig({ home: "workspace" });
  await rig.write(rig.home, agentFiles(".aicage-custom/agents/codex"));
  const found = await rig.read();
  expect(names(found.agents)).toEqual(["codex user"]);
  expect(found.overrides).toEqual([]);
});

test("a folder's problems are told in their order, those of what another replaces too", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("a/codex", "base_exclude: alpine\nbase_distro_exclude: 3\n"),
    "b/gemini/agent.yml": "",
  });
  await rig.write(rig.home, agentFiles(".aicage-custom/agents/codex"));
  const { problems, definitions, overrides } = validateCatalogue(
    await rig.read(),
    [],
    path.join(rig.workspace, "a"),
  );
  expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    "3 base_exclude: must be a list, and is a text",
    "4 base_distro_exclude: must be a list, and is a number",
  ]);
  expect([definitions, overrides.length]).toEqual([1, 1]);
});

test("a folder that the file system does not let us read is a problem of its definition alone", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.home, agentFiles(".aicage-custom/agents/sound"));
  const agents = path.join(rig.home, ".aicage-custom/agents");
  const candidate = { kind: "agent", name: "long", place: "user", placeFolder: agents } as const;
  // Longer than a name can be, which every file system refuses, whoever asks.
  const entry = await readAgent({ ...candidate, folder: path.join(agents, "x".repeat(300)) });
  expect(entry.state === "broken" && entry.problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^cannot be read: ENAMETOOLONG/),
  ]);
});

test("a packaged base without a Dockerfile says what to do", async () => {
  await using rig = await openDefinitionRig();
  const { "bases/debian/base.yml": text = "" } = baseFiles("bases/debian");
  await rig.write(rig.packaged, { "bases/debian/base.yml": text });
  const found = await rig.read();
  expect(problemsIn(found, rig)).toEqual([
    "/data/slipway/definitions/bases/debian/base.yml:1:1 Dockerfile is missing: whoever packed the base did not pack what builds it; define one of this name with a Dockerfile",
  ]);
});
