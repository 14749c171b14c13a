import { chmod, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import {
  agentFiles,
  baseFiles,
  extensionFiles,
  openDefinitionRig,
} from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import { archiveOf, openReleaseRig, writeUnsigned } from "../../test/release-rig.ts";
import type { ReleaseRig, Written } from "../../test/release-rig.ts";
import { useReleases } from "./use-release.ts";
import type { ReleaseUse } from "./use-release.ts";
import { writeRelease } from "./write-release.ts";

const signal = new AbortController().signal;
const names = [
  "SHA256SUMS",
  "SHA256SUMS.sigstore.json",
  "agents.tar.gz",
  "bases.tar.gz",
  "extensions.tar.gz",
  "images-metadata.yaml",
];

async function fill(definitions: DefinitionRig): Promise<void> {
  await definitions.write(definitions.workspace, {
    ...agentFiles("x/codex", "agent_path: { directories: [~/.codex] }\nbuild_local: false\n"),
    "x/codex/data/list.txt": "1\n",
    ...agentFiles(
      "x/mine",
      "base_exclude: [alpine]\nagent_path: { files: [~/.a], directories: [~/.b] }\n",
    ),
    ...baseFiles("y/debian"),
    ...baseFiles("y/alpine", "Alpine"),
    ...extensionFiles("z/act"),
    "z/best/image-extended.yml": "agent: codex\nbase: debian\nextensions: [act]\n",
  });
  await chmod(path.join(definitions.workspace, "x/codex/install.sh"), 0o755);
}

async function release(definitions: DefinitionRig, rig: ReleaseRig, folder: string) {
  const { workspace: workspaceRoot } = definitions;
  const source = {
    catalogue: await definitions.read(),
    workspaceRoot,
    version: "1.2.3",
    key: rig.key,
  };
  return writeRelease(source, folder, signal);
}

async function use(rig: ReleaseRig, folders: readonly string[], more: Partial<ReleaseUse> = {}) {
  const { trust } = rig;
  const given = { folders, trust, now: new Date(), allowsUnsigned: false, signal, ...more };
  return useReleases(given, path.join(rig.root, "data/slipway/definitions"));
}

async function contentOf(folder: string): Promise<readonly string[]> {
  return Promise.all(
    (await readdir(folder)).toSorted().map(async (name) => {
      return `${name} ${(await readFile(path.join(folder, name))).toString("base64")}`;
    }),
  );
}

test("what is released and taken over are the same definitions, with modes", async () => {
  await using rig = await openReleaseRig();
  await using definitions = await openDefinitionRig();
  await fill(definitions);
  const folder = path.join(rig.root, "out");
  const written = await release(definitions, rig, folder);
  expect(written.ok && written.value).toMatchObject({
    state: "done",
    cause: "release-written",
    facts: { version: "1.2.3", signer: rig.key.hint },
  });
  expect((await readdir(folder)).toSorted()).toEqual(names);
  await using elsewhere = await openDefinitionRig();
  const used = await useReleases(
    { folders: [folder], trust: rig.trust, now: new Date(), allowsUnsigned: false, signal },
    elsewhere.packaged,
  );
  expect(used.ok && used.value.facts["signed by"]).toBe(rig.key.hint);
  const before = await definitions.read();
  const after = await elsewhere.read();
  for (const kind of ["agents", "bases", "extensions", "extendedImages"] as const) {
    const plain = (entries: (typeof after)[typeof kind]) =>
      entries.map((entry) => [entry.name, entry.state === "sound" ? entry.definition : "broken"]);
    expect(plain(after[kind])).toEqual(plain(before[kind]));
    expect(after[kind].every(({ place }) => place === "packaged")).toBe(true);
  }
  const codex = path.join(elsewhere.packaged, "agents/codex");
  expect((await stat(path.join(codex, "install.sh"))).mode & 0o777).toBe(0o755);
  expect((await stat(path.join(codex, "version.sh"))).mode & 0o777).toBe(0o644);
  expect(await readFile(path.join(codex, "data/list.txt"), "utf8")).toBe("1\n");
});

test("equal definitions are equal bytes, wherever and whenever they lie", async () => {
  await using rig = await openReleaseRig();
  await using first = await openDefinitionRig();
  await using second = await openDefinitionRig();
  await fill(first);
  await fill(second);
  await release(first, rig, path.join(rig.root, "a"));
  await release(second, rig, path.join(rig.root, "b"));
  expect(await contentOf(path.join(rig.root, "b"))).toEqual(
    await contentOf(path.join(rig.root, "a")),
  );
});

test("the metadata have the shape of aicage's: bases, agents, and which goes on which", async () => {
  await using rig = await openReleaseRig();
  await using definitions = await openDefinitionRig();
  await fill(definitions);
  await release(definitions, rig, path.join(rig.root, "out"));
  const text = await readFile(path.join(rig.root, "out/images-metadata.yaml"), "utf8");
  const base = { from_image: "localhost:5055/rootfs:bookworm", base_image_description: "A base" };
  const agent = { agent_full_name: "Agent", agent_homepage: "https://agent.example" };
  expect(parse(text)).toEqual({
    "aicage-image": { version: "1.2.3" },
    "aicage-image-base": { version: "1.2.3" },
    bases: {
      alpine: { ...base, base_image_distro: "Alpine" },
      debian: { ...base, base_image_distro: "Debian" },
    },
    agent: {
      codex: {
        ...agent,
        agent_path: "~/.codex",
        build_local: false,
        valid_bases: { alpine: "slipway/codex:alpine", debian: "slipway/codex:debian" },
      },
      mine: {
        ...agent,
        agent_path: ["~/.b", "~/.a"],
        build_local: true,
        base_exclude: ["alpine"],
        valid_bases: { debian: "slipway/mine:debian" },
      },
    },
  });
});

test("nothing is released of broken definitions, of none, of links, or over something else", async () => {
  await using rig = await openReleaseRig();
  await using definitions = await openDefinitionRig();
  const out = path.join(rig.root, "out");
  const reason = async (folder = out) => {
    const written = await release(definitions, rig, folder);
    return written.ok ? "written" : written.failure.reason;
  };
  expect(await reason()).toBe("release-empty");
  await definitions.write(definitions.workspace, { "a/codex/agent.yml": "" });
  expect(await reason()).toBe("release-of-broken");
  await definitions.write(definitions.workspace, agentFiles("a/codex"));
  expect(await reason(definitions.workspace)).toBe("release-folder-taken");
  const file = path.join(definitions.workspace, "a/codex/agent.yml");
  expect(await reason(file)).toBe("release-folder-taken");
  expect((await stat(file)).isFile()).toBe(true);
  expect(await reason()).toBe("written");
  expect(await reason()).toBe("written");
  await symlink("install.sh", path.join(definitions.workspace, "a/codex/other.sh"));
  expect(await reason()).toBe("release-holds-link");
  expect((await readdir(out)).toSorted()).toEqual(names);
});

test("sums that nobody trusted has signed are refused, unless it is said that they may be", async () => {
  await using rig = await openReleaseRig();
  await using stranger = await openReleaseRig();
  await using definitions = await openDefinitionRig();
  await fill(definitions);
  const folder = path.join(rig.root, "out");
  await release(definitions, stranger, folder);
  const refused = await use(rig, [folder]);
  expect(!refused.ok && refused.failure).toMatchObject({
    reason: "release-unsigned",
    signer: stranger.key.hint,
  });
  await rm(path.join(folder, "SHA256SUMS.sigstore.json"));
  const unsigned = await use(rig, [folder]);
  expect(!unsigned.ok && unsigned.failure.reason).toBe("release-unsigned");
  const allowed = await use(rig, [folder], { allowsUnsigned: true });
  expect(allowed.ok && allowed.value.facts["signed by"]).toBe("nobody");
});

test("a bundle of another kind counts as none, one whose signature does not hold as tampered with", async () => {
  await using rig = await openReleaseRig();
  await using definitions = await openDefinitionRig();
  await fill(definitions);
  const folder = path.join(rig.root, "out");
  await release(definitions, rig, folder);
  const bundle = path.join(folder, "SHA256SUMS.sigstore.json");
  const text = await readFile(bundle, "utf8");
  const reasons = async () => {
    const told: string[] = [];
    for (const allowsUnsigned of [false, true]) {
      const used = await use(rig, [folder], { allowsUnsigned });
      told.push(used.ok ? `by ${used.value.facts["signed by"]}` : used.failure.reason);
    }
    return told;
  };
  await writeFile(bundle, '{ "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json" }');
  expect(await reasons()).toEqual(["release-unsigned", "by nobody"]);
  const zeros = Buffer.alloc(64).toString("base64");
  await writeFile(bundle, text.replace(/"sig": "[^"]+"/, `"sig": "${zeros}"`));
  expect(await reasons()).toEqual(["release-tampered", "release-tampered"]);
  await writeFile(bundle, text);
  expect(await reasons()).toEqual([`by ${rig.key.hint}`, `by ${rig.key.hint}`]);
});

test("a trusted signature of other sums is refused, whatever is allowed", async () => {
  await using rig = await openReleaseRig();
  await using definitions = await openDefinitionRig();
  await fill(definitions);
  const folder = path.join(rig.root, "out");
  await release(definitions, rig, folder);
  const sums = path.join(folder, "SHA256SUMS");
  await writeFile(sums, (await readFile(sums, "utf8")).split("\n").slice(1).join("\n"));
  for (const allowsUnsigned of [false, true]) {
    const used = await use(rig, [folder], { allowsUnsigned });
    expect(!used.ok && used.failure.reason).toBe("release-tampered");
  }
});

test("an artefact that is not what the sums say, or not in them, changes nothing", async () => {
  await using rig = await openReleaseRig();
  const place = path.join(rig.root, "data/slipway/definitions");
  const folder = path.join(rig.root, "out");
  const agents = await archiveOf([{ name: "agents/codex/agent.yml", content: "1" }]);
  const allowed = { allowsUnsigned: true };
  await writeUnsigned(folder, { "agents.tar.gz": agents });
  expect((await use(rig, [folder], allowed)).ok).toBe(true);
  const before = await readdir(place, { recursive: true });

  await writeFile(path.join(folder, "agents.tar.gz"), Buffer.concat([agents, Buffer.from("x")]));
  const differs = await use(rig, [folder], allowed);
  expect(!differs.ok && differs.failure.reason).toBe("release-differs");
  await writeUnsigned(folder, { "agents.tar.gz": agents, "bases.tar.gz": agents }, [
    "agents.tar.gz",
  ]);
  const unlisted = await use(rig, [folder], allowed);
  expect(!unlisted.ok && unlisted.failure.reason).toBe("release-unlisted");
  await writeFile(path.join(folder, "SHA256SUMS"), `${"0".repeat(64)}  ../agents.tar.gz\n`);
  const outside = await use(rig, [folder], allowed);
  expect(!outside.ok && outside.failure).toMatchObject({ reason: "release-sums-invalid", line: 1 });
  await rm(path.join(folder, "SHA256SUMS"));
  const without = await use(rig, [folder], allowed);
  expect(!without.ok && without.failure.reason).toBe("release-incomplete");
  expect(await readdir(place, { recursive: true })).toEqual(before);
});

test("aicage's later releases are taken over together; what of them is listed may be absent", async () => {
  await using rig = await openReleaseRig();
  const [images, bases] = [path.join(rig.root, "images"), path.join(rig.root, "bases")];
  const image = await archiveOf([
    { name: "./agents/", type: "directory" },
    { name: "./agents/codex/agent.yml", content: "1" },
    { name: "./agents/codex/install.sh", content: "2", mode: 0o755 },
    { name: "./Dockerfile", content: "3" },
    { name: "./README.md", content: "4" },
  ]);
  const base = await archiveOf([
    { name: "bases/debian/base.yml", content: "5" },
    { name: "scripts/entrypoint.sh", content: "6" },
    { name: "tests/smoke.bats", content: "7" },
  ]);
  const listed = ["aicage-image.tar.gz", "aicage-image-smoke-tests.tar.gz"];
  await writeUnsigned(images, { "aicage-image.tar.gz": image }, listed);
  await writeUnsigned(bases, { "aicage-image-base.tar.gz": base });
  const used = await use(rig, [images, bases], { allowsUnsigned: true });
  expect(used.ok && used.value.facts["artefacts"]).toBe(
    "aicage-image.tar.gz, aicage-image-base.tar.gz",
  );
  const place = path.join(rig.root, "data/slipway/definitions");
  expect((await readdir(place)).toSorted()).toEqual([
    "Dockerfile",
    "agents",
    "bases",
    "release.json",
    "scripts",
  ]);
  expect((await stat(path.join(place, "agents/codex/install.sh"))).mode & 0o111).toBe(0o111);
});

const hostile: readonly (readonly [problem: string, entries: readonly Written[]])[] = [
  ["unsafe-name", [{ name: "agents/../../x", content: "" }]],
  ["unsafe-name", [{ name: "/agents/x", content: "" }]],
  ["unsafe-name", [{ name: "agents//x", content: "" }]],
  ["unsafe-name", [{ name: "agents\\..\\x", content: "" }]],
  ["unsafe-name", [{ name: "agents/\u202Ex", content: "" }]],
  ["unsafe-name", [{ name: "agents/../../x/", type: "directory" }]],
  ["neither-file-nor-folder", [{ name: "agents/x", type: "symlink", linkname: "/etc" }]],
  ["neither-file-nor-folder", [{ name: "agents/x", type: "link", linkname: "agents/y" }]],
  ["twice", [{ name: "agents/x" }, { name: "./agents/x" }]],
  ["twice", [{ name: "agents/x" }, { name: "agents/x/y" }]],
];

test.each(hostile)(
  "an archive with an entry that is %s is refused whole: %j",
  async (problem, entries) => {
    await using rig = await openReleaseRig();
    const folder = path.join(rig.root, "out");
    const archive = await archiveOf([{ name: "agents/a/agent.yml", content: "1" }, ...entries]);
    await writeUnsigned(folder, { "agents.tar.gz": archive });
    const used = await use(rig, [folder], { allowsUnsigned: true });
    expect(!used.ok && used.failure).toMatchObject({ reason: "release-archive-refused", problem });
    expect(await readdir(path.join(rig.root, "data/slipway"))).toEqual([]);
  },
);

test("a file in one artefact and a folder of its name in another are refused", async () => {
  await using rig = await openReleaseRig();
  const [first, second] = [path.join(rig.root, "a"), path.join(rig.root, "b")];
  await writeUnsigned(first, { "agents.tar.gz": await archiveOf([{ name: "agents/codex" }]) });
  const later = await archiveOf([{ name: "agents/codex/agent.yml" }]);
  await writeUnsigned(second, { "aicage-image.tar.gz": later });
  for (const folders of [
    [first, second],
    [second, first],
  ]) {
    const used = await use(rig, folders, { allowsUnsigned: true });
    expect(!used.ok && used.failure).toMatchObject({
      reason: "release-archive-refused",
      problem: "twice",
    });
  }
});
