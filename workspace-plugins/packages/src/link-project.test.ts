import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linkProject, unlinkProject } from "./link-project.ts";
import { nameClash, plannedLinks } from "./links.ts";
import type { Installed } from "./links.ts";
import { isPackageKey } from "./package-name.ts";
import type { Language } from "./package-name.ts";
import { isPackagePath } from "./package-path.ts";

let root: string;
const at = (...names: readonly string[]) => path.join(root, ...names);
const sitePackages = (environment: string) => at(environment, "lib/python3.11/site-packages");

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-links-"));
  await mkdir(sitePackages("env"), { recursive: true });
});
afterEach(async () => rm(root, { recursive: true, force: true }));

function placeOf(project: string) {
  const projectFolder = at(project);
  const aigogoFolder = path.join(projectFolder, ".aigogo");
  return { projectFolder, aigogoFolder, virtualEnv: at("env") };
}

function installedOf(key: string, language: Language, files: readonly string[]): Installed {
  if (!isPackageKey(key, language)) throw new Error(key);
  const paths = files.filter(isPackagePath);
  return {
    locked: {
      key,
      version: "1.0.0",
      integrity: digestOf(key),
      source: `example.com/${key}:1.0.0`,
      language,
      files: paths,
    },
    filesFolder: at("store", key),
    files: paths.map((file) => ({ path: file })),
  };
}

const words = () => installedOf("words", "python", ["words.py"]);
const slugs = () => installedOf("slugs", "javascript", ["lib/fold.js", "index.js"]);
const link = (project: string) => linkProject(placeOf(project), [words(), slugs()]);

describe("the links of a project", () => {
  test("do not depend on the order of packages and files", async () => {
    await link("app");
    const other = installedOf("slugs", "javascript", ["index.js", "lib/fold.js"]);
    expect(await linkProject(placeOf("app"), [other, words()])).toMatchObject({ state: "right" });
  });

  test("that go leave what else a home keeps in the same folder", async () => {
    await mkdir(at("app/.aigogo/store"), { recursive: true });
    await writeFile(at("app/.aigogo/auth.json"), "{}");
    await link("app");
    expect(await unlinkProject(placeOf("app"))).toMatchObject({ wasLinked: true });
    expect((await readdir(at("app/.aigogo"))).toSorted()).toEqual(["auth.json", "store"]);
  });

  test("that go take their folder with them, and nothing that they lead to", async () => {
    await mkdir(at("store/words"), { recursive: true });
    await writeFile(at("store/words/words.py"), "");
    await link("app");
    await unlinkProject(placeOf("app"));
    expect(await readdir(at("app"))).toEqual([]);
    expect(await readdir(at("store/words"))).toEqual(["words.py"]);
    expect(await unlinkProject(placeOf("app"))).toEqual({ wasLinked: false, pythonFiles: [] });
  });
});

describe(".gitignore", () => {
  const ignored = async () => readFile(at("app/.gitignore"), "utf8").catch(() => "none");

  test.each([
    ["gets a line of its own", "*.log", "*.log\n.aigogo/\n"],
    ["keeps its end", "*.log\n", "*.log\n.aigogo/\n"],
    ["is left alone where it names the links", " /.aigogo \n*.log", " /.aigogo \n*.log"],
  ])("%s", async (_, before, after) => {
    await mkdir(at("app/.git"), { recursive: true });
    await writeFile(at("app/.gitignore"), before);
    await link("app");
    await link("app");
    expect(await ignored()).toBe(after);
  });

  test("is made in a repository, unless one above says so for all of it", async () => {
    await mkdir(at(".git"));
    await writeFile(at(".gitignore"), "/.aigogo\n");
    await link("app");
    expect(await ignored()).toBe(".aigogo/\n");
    await rm(at("app/.gitignore"));
    await writeFile(at(".gitignore"), ".aigogo/\n");
    await link("app");
    expect(await ignored()).toBe("none");
  });

  test("is not made where there is no repository", async () => {
    await link("app");
    expect(await ignored()).toBe("none");
  });
});

describe("an environment", () => {
  const shared = () => path.join(sitePackages("env"), "aigogo.pth");

  test("of one project gets what aigg writes", async () => {
    await link("app");
    expect(await readFile(shared(), "utf8")).toBe(`${at("app/.aigogo/imports")}\n`);
    expect(await readFile(at("app/.aigogo/.pth-location"), "utf8")).toBe(`${shared()}\n`);
  });

  test("of several projects names each, and one that leaves takes no other with it", async () => {
    await link("one");
    await link("two");
    await link("three");
    const lines = async () => {
      const names = await readdir(sitePackages("env"));
      const texts = names.map((name) => readFile(path.join(sitePackages("env"), name), "utf8"));
      return (await Promise.all(texts)).toSorted();
    };
    const line = (project: string) => `${at(project, ".aigogo/imports")}\n`;
    expect(await lines()).toEqual([line("one"), line("three"), line("two")]);
    expect(await link("two")).toEqual({ state: "right", pythonPath: undefined });

    await unlinkProject(placeOf("two"));
    expect(await lines()).toEqual([line("one"), line("three")]);
    await unlinkProject(placeOf("one"));
    expect(await lines()).toEqual([line("three")]);
  });

  test("gets each of the projects that come at once", async () => {
    const projects = ["a", "b", "c", "d", "e", "f"];
    await Promise.all(projects.map(async (project) => link(project)));
    for (const project of projects) {
      expect(await link(project)).toEqual({ state: "right", pythonPath: undefined });
    }
  });

  test("that aigg gave to another project is shared with it, and taken back when aigg takes all", async () => {
    await writeFile(shared(), "/elsewhere/.aigogo/imports\n");
    await link("app");
    expect(await readFile(shared(), "utf8")).toBe("/elsewhere/.aigogo/imports\n");
    const location = await readFile(at("app/.aigogo/.pth-location"), "utf8");
    expect(path.basename(location)).toMatch(/^aigogo-[0-9a-f]{16}\.pth\n$/);
    await rm(location.trimEnd());
    expect(await link("app")).toEqual({ state: "missing", pythonPath: undefined });
  });

  test("keeps a file that is not the project's, whatever .pth-location says", async () => {
    await writeFile(at("precious.pth"), "/elsewhere\n");
    await link("app");
    await writeFile(at("app/.aigogo/.pth-location"), `${at("precious.pth")}\n`);
    await unlinkProject(placeOf("app"));
    expect(await readFile(at("precious.pth"), "utf8")).toBe("/elsewhere\n");
    expect(await readdir(sitePackages("env"))).toEqual([]);
  });

  test("gets no path that would bring a line of code", async () => {
    const linked = await link("app\nimport os #");
    expect(linked.pythonPath).toBe(at("app\nimport os #/.aigogo/imports"));
    expect(await readdir(sitePackages("env"))).toEqual([]);
  });

  // Root may write into every folder, but not into this one.
  test.runIf(existsSync("/sys"))("that is read-only is PYTHONPATH's part", async () => {
    await rm(sitePackages("env"), { recursive: true });
    await symlink("/sys", sitePackages("env"));
    const pythonPath = at("app/.aigogo/imports");
    expect(await link("app")).toEqual({ state: "first", pythonPath });
    expect(await link("app")).toEqual({ state: "right", pythonPath });
    expect(await unlinkProject(placeOf("app"))).toEqual({ wasLinked: true, pythonFiles: [] });
  });

  test("of the machine is written where that is let, found by the next install, and left by uninstall", async () => {
    const place = { ...placeOf("app"), virtualEnv: undefined };
    const systemFolder = sitePackages("env");
    expect(await linkProject({ ...place, systemFolder }, [words()])).toEqual({
      state: "first",
      pythonPath: undefined,
    });
    expect(await readFile(shared(), "utf8")).toBe(`${at("app/.aigogo/imports")}\n`);
    for (const again of [place, { ...place, systemFolder }]) {
      expect(await linkProject(again, [words()])).toEqual({
        state: "right",
        pythonPath: undefined,
      });
    }
    expect(await unlinkProject(place)).toEqual({ wasLinked: true, pythonFiles: [shared()] });
    expect(await readdir(systemFolder)).toEqual([]);
  });

  test("that is not there is PYTHONPATH's part", async () => {
    const place = { ...placeOf("app"), virtualEnv: undefined };
    const linked = await linkProject(place, [words()]);
    expect(linked).toEqual({ state: "first", pythonPath: at("app/.aigogo/imports") });
    await symlink(at("env"), at("app/.venv"));
    expect(await linkProject(place, [words()])).toMatchObject({ pythonPath: undefined });
    expect((await lstat(shared())).isFile()).toBe(true);
  });
});

describe("a JavaScript package without a package.json", () => {
  const mainOf = (...files: readonly string[]) => {
    const links = plannedLinks([installedOf("one", "javascript", files)]);
    const file = links.find((each) => each.path.endsWith("package.json") && each.kind === "file");
    return file?.kind === "file" ? file.text : undefined;
  };
  const withMain = (main: string) => `{\n  "main": "${main}",\n  "name": "@aigogo/one"\n}\n`;

  test.each([
    ["its index, by extension", ["z.js", "index.cjs", "index.mjs", "index.js"], "index.js"],
    ["else the first by name", ["b.mjs", "a.cjs", "lib/index.js"], "a.cjs"],
    ["JavaScript before TypeScript", ["index.ts", "z.js"], "z.js"],
    ["TypeScript where there is no other", ["a.ts", "index.mts", "index.d.ts"], "index.mts"],
  ])("starts at %s", (_, files, main) => {
    expect(mainOf(...files)).toBe(withMain(main));
  });

  test("starts nowhere without a source at its top, and nowhere of ours with its own", () => {
    expect(mainOf("lib/a.js", "types.d.ts")).toBeUndefined();
    expect(mainOf("index.js", "package.json")).toBeUndefined();
    expect(mainOf("index.js", "package.json/a.js")).toBeUndefined();
  });
});

describe("names", () => {
  const lockedAs = (key: string, language: Language) => installedOf(key, language, []).locked;

  test("that differ in case alone clash, within one language", () => {
    const [Upper, lower] = [lockedAs("Utils", "javascript"), lockedAs("utils", "javascript")];
    expect(nameClash([Upper, lower])).toEqual(["Utils", "utils"]);
    expect(nameClash([Upper, lockedAs("utils", "python")])).toBeUndefined();
  });

  test("that Python has for itself can be linked", async () => {
    const keyword = installedOf("class", "python", ["a.py"]);
    await linkProject(placeOf("app"), [keyword]);
    expect((await lstat(at("app/.aigogo/imports/aigogo/class"))).isSymbolicLink()).toBe(true);
  });
});
