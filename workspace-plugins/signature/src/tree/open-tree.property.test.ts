import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { never, openGitRig, openRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { hashInProcess } from "../hash-files.ts";
import { digestInputTree } from "../input-tree.ts";
import type { InputFile } from "../ingredients.ts";
import { listFiles } from "../listing.ts";
import { fileClockMs } from "./clock.ts";
import { openTree } from "./open-tree.ts";

// Few names, so that they meet: one is ignored at times, two differ in case only, two sort otherwise in UTF-16.
const names = ["a", "A", "b.log", "c", "\uFF5E", "\u{1F600}"] as const;
const place = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));

type Step = (rig: Rig) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(place, fc.constantFrom("", "1", "2", "22"))
      .map(([at, text]) => write(at, text)),
  },
  { weight: 2, arbitrary: fc.tuple(place, place).map(([from, to]) => move(from, to)) },
  place.map(remove),
  fc.tuple(place, place).map(([at, target]) => link(at, target)),
  place.map((at) => onFile(at, (file) => chmodSync(file, lstatSync(file).mode ^ 0o100))),
  fc
    .tuple(place, fc.nat(9))
    .map(([at, time]) => onFile(at, (file) => utimesSync(file, time, time))),
  fc.tuple(place, place).map(([a, b]) => swap(a, b)),
  place.map(
    (at): Step =>
      (rig) =>
        parentOf(rig, `${at}/inner`),
  ),
  fc
    .constantFrom("*.log\n", "c\n", "/a/\n", "!b.log\n", "")
    .map((rules) => write(".gitignore", rules)),
  fc.constantFrom("*.log\n", "A\n").map((rules) => write("a/.gitignore", rules)),
  place.map((at) => git("add", "-f", "--", at)),
  place.map((at) => git("rm", "-rq", "--cached", "--", at)),
);

/** `undefined` also for what lies below a file, or below a link to itself. */
function statOf(file: string): Stats | undefined {
  try {
    return lstatSync(file);
  } catch {
    return undefined;
  }
}

/** The nearest folder of a place that can be one: what is in the way is removed. */
function parentOf(rig: Rig, at: string): string {
  let folder = rig.root;
  for (const part of path.dirname(at).split("/")) {
    folder = path.join(folder, part);
    const stat = statOf(folder);
    if (stat?.isDirectory() === true) continue;
    rmSync(folder, { force: true });
    mkdirSync(folder);
  }
  return folder;
}

function write(at: string, text: string): Step {
  return (rig) => {
    const file = path.join(parentOf(rig, at), path.basename(at));
    const stat = statOf(file);
    if (stat !== undefined && !stat.isFile()) rmSync(file, { recursive: true });
    writeFileSync(file, text);
  };
}

function remove(at: string): Step {
  return (rig) => {
    const file = path.join(rig.root, at);
    if (statOf(file) !== undefined) rmSync(file, { recursive: true });
  };
}

function link(at: string, target: string): Step {
  return (rig) => {
    const file = path.join(parentOf(rig, at), path.basename(at));
    rmSync(file, { recursive: true, force: true });
    symlinkSync(target, file);
  };
}

function move(from: string, to: string): Step {
  return (rig) => {
    if (`${to}/`.startsWith(`${from}/`) || statOf(path.join(rig.root, from)) === undefined) return;
    const target = path.join(parentOf(rig, to), path.basename(to));
    if (statOf(path.join(rig.root, from)) === undefined) return;
    rmSync(target, { recursive: true, force: true });
    if (statOf(path.join(rig.root, from)) !== undefined)
      renameSync(path.join(rig.root, from), target);
  };
}

function swap(a: string, b: string): Step {
  return (rig) => {
    const [first, second, aside] = [a, b, "aside"].map((at) => path.join(rig.root, at)) as [
      string,
      string,
      string,
    ];
    if (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)) return;
    if (statOf(first) === undefined || statOf(second) === undefined) return;
    renameSync(first, aside);
    renameSync(second, first);
    renameSync(aside, second);
  };
}

function onFile(at: string, change: (file: string) => void): Step {
  return (rig) => {
    const file = path.join(rig.root, at);
    if (statOf(file)?.isFile() === true) change(file);
  };
}

/** git refuses some of it, as below a link: that is no change. */
function git(...args: readonly string[]): Step {
  return (rig) => {
    try {
      rig.git(...args);
    } catch {}
  };
}

/** Everything read anew, by other code. Folders count by themselves outside of a repository alone. */
async function recompute(root: string) {
  const listed = await listFiles(root, never);
  if (!listed.ok) throw new Error(listed.failure.reason);
  const regular = listed.value.files.filter((file) => file.kind === "file");
  const { digests } = await hashInProcess(root, regular, never);
  const inputs = listed.value.files.map((file): InputFile => {
    const digest = digests.get(file.path);
    if (file.kind === "symlink") return file;
    if (digest === undefined) throw new Error(`not hashed: ${file.path}`);
    return { kind: "file", ...digest };
  });
  const isRepository = statOf(path.join(root, ".git")) !== undefined;
  const { digest, sizeBytes } = digestInputTree(inputs, isRepository ? [] : foldersIn(root));
  return { files: listed.value.files, digests, root: `${digest}/${sizeBytes}` };
}

/** By hand: the recursive listing of Node goes through links. */
function foldersIn(root: string, below = ""): readonly string[] {
  return readdirSync(path.join(root, below), { withFileTypes: true })
    .filter((found) => found.isDirectory())
    .map((found) => path.join(below, found.name))
    .flatMap((folder) => [folder, ...foldersIn(root, folder)]);
}

async function scan(root: string, cacheFile: string, hashesAll: boolean) {
  const opened = await openTree(root, { cacheFile, hashesAll, signal: never });
  if (!opened.ok) throw new Error(opened.failure.reason);
  const tree = opened.value;
  const regular = tree.listing.files.filter((file) => file.kind === "file");
  const { digests } = await tree.hash(root, regular, never);
  const found = await tree.digestOfFolder("");
  const version = tree.versionOf("");
  await tree.save();
  const { files } = tree.listing;
  if (!found.ok) throw new Error(found.failure.reason);
  return {
    found: { files, digests, root: `${found.value.digest}/${found.value.sizeBytes}` },
    version,
  };
}

const mutations = fc.array(
  fc.tuple(fc.array(step, { minLength: 1, maxLength: 5 }), fc.boolean(), fc.boolean()),
  {
    minLength: 1,
    maxLength: 6,
  },
);

test.for([
  ["in a repository", openGitRig],
  ["outside of one", openRig],
] as const)(
  "%s a cached scan finds after any changes what reading everything finds",
  { timeout: 60_000 },
  async ([, openAny]) => {
    await fc.assert(
      fc.asyncProperty(mutations, async (rounds) => {
        using rig = openAny({ "a/c": "1", "a/b.log": "1", c: "2" });
        const caches = mkdtempSync(path.join(tmpdir(), "slipway-tree-cache-"));
        const cacheFile = path.join(caches, "tree.bin");
        const roots = new Map<string | undefined, string>();
        for (const [steps, hashesAll, settles] of rounds) {
          for (const change of steps) change(rig);
          if (settles) settle(caches);
          const { found, version } = await scan(rig.root, cacheFile, hashesAll);
          expect(found).toEqual(await recompute(rig.root));
          expect(roots.get(version) ?? found.root).toBe(found.root);
          roots.set(version, found.root);
        }
        rmSync(caches, { recursive: true });
      }),
      { numRuns: 12 },
    );
  },
);

function settle(folder: string): void {
  const before = fileClockMs(folder);
  while (fileClockMs(folder) <= before);
}
