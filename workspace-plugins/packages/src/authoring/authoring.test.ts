import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildFolder, cacheIn, parseCacheReference } from "../cache/cache.ts";
import { parsePackageManifest } from "../manifest.ts";
import { constraintState } from "../scan/declared-version.ts";
import { buildPackage } from "./build.ts";
import { addDependency, removeDependency } from "./dependency-list.ts";
import { importPyproject } from "./import-pyproject.ts";
import { addFiles, removeFiles } from "./include-list.ts";
import { initPackage } from "./init.ts";
import { openManifest } from "./manifest-file.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-author-"));
  await mkdir(at("src"), { recursive: true });
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(home, "demo", ...names);
const place = (...names: readonly string[]) => ({ folder: at(...names), home });
const manifestText = async () => readFile(at("aigogo.json"), "utf8");
const manifest = async (): Promise<unknown> => JSON.parse(await manifestText());

const whole = { name: "demo", version: "1.0.0", language: { name: "python", version: ">=3.8" } };

async function write(fields: object = {}) {
  await writeFile(at("aigogo.json"), JSON.stringify({ ...whole, ...fields }));
}

async function files(...names: readonly string[]) {
  for (const name of names) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), "x = 1\n");
  }
}

describe("init", () => {
  test("writes what aigg writes", async () => {
    expect(await initPackage(at(), { isForced: false })).toMatchObject({ ok: true });
    expect(await manifestText()).toBe(`{
  "$schema": "https://github.com/aupeachmo/aigogo/blob/master/aigogo.schema.json",
  "name": "demo",
  "version": "0.1.0",
  "description": "An AI agent",
  "language": {
    "name": "python",
    "version": ">=3.8,<4.0"
  },
  "dependencies": {},
  "files": {
    "include": []
  },
  "metadata": {
    "license": "MPL-2.0"
  }
}
`);
  });

  test("leaves alone what is there, unless it is told to", async () => {
    await write();
    const file = at("aigogo.json");
    expect(await initPackage(at(), { isForced: false })).toEqual({
      ok: false,
      failure: { reason: "manifest-exists", file },
    });
    expect(await manifest()).toEqual(whole);
    expect(await initPackage(at(), { isForced: true })).toMatchObject({ ok: true });
    expect(await manifest()).toMatchObject({ version: "0.1.0" });
  });

  test("names the package in letters of a repository", async () => {
    await mkdir(at("My Agent_"));
    await initPackage(at("My Agent_"), { isForced: false });
    expect(JSON.parse(await readFile(at("My Agent_", "aigogo.json"), "utf8"))).toMatchObject({
      name: "my-agent",
    });
  });

  test.for(["python", "javascript", "go", "rust"] as const)(
    "of %s is one that can be read and validated at once, under a name of one's own",
    async (language) => {
      await initPackage(at(), { isForced: true, name: "tool", language });
      const text = await readFile(at("aigogo.json"), "utf8");
      const read = parsePackageManifest(at("aigogo.json"), text);
      if (!read.ok) throw new Error(text);
      expect(read.value).toMatchObject({ name: "tool", language: { name: language } });
      expect(constraintState(language, read.value.language.version ?? "")).toBe("range");
    },
  );
});

describe("the manifest is looked for", () => {
  test("from here up", async () => {
    await write();
    expect(await openManifest(place("src"))).toMatchObject({ value: { file: at("aigogo.json") } });
  });

  test("and not in the home folder, save when that is here", async () => {
    await writeFile(path.join(home, "aigogo.json"), JSON.stringify(whole));
    expect(await openManifest(place("src"))).toEqual({
      ok: false,
      failure: { reason: "manifest-missing", folder: at("src") },
    });
    expect(await openManifest({ folder: home, home })).toMatchObject({ ok: true });
  });
});

describe("files", () => {
  beforeEach(async () => {
    await write({ files: { include: ["a.py"] }, lint: 1 });
    await files("a.py", "src/b.py", "src/x/c.py", "we[ird].py", "dist/d.py", "e.log");
    await writeFile(at(".aigogoignore"), "\n*.log\n");
  });
  const add = async (folder: string, words: readonly string[], isForced = false) =>
    addFiles(place(folder), { words, isForced });
  const include = async () => {
    const opened = await openManifest(place());
    return opened.ok ? opened.value.manifest.files?.include : opened.failure;
  };

  test("are listed from the manifest's folder, wherever one stands", async () => {
    expect(await add("src", ["b.py", "./x", "../a.py"])).toMatchObject({
      value: {
        state: "done",
        cause: "files-listed",
        facts: { added: "src/b.py\nsrc/x", skipped: "../a.py (already in include list)" },
      },
    });
    expect(await include()).toEqual(["a.py", "src/b.py", "src/x"]);
    expect(await manifest()).toMatchObject({ lint: 1 });
  });

  test("a pattern has to mean a file", async () => {
    expect(await add("src", ["**/*.py"])).toMatchObject({ ok: true });
    expect(await include()).toEqual(["a.py", "src/**/*.py"]);
    expect(await add("", ["*.js"])).toMatchObject({
      failure: { reason: "include-matches-nothing", pattern: "*.js" },
    });
    expect(await add("", ["no.py"])).toMatchObject({
      failure: { reason: "include-absent", path: "no.py" },
    });
  });

  test("a name that looks like a pattern means itself", async () => {
    await add("", ["we[ird].py"]);
    expect(await include()).toEqual(["a.py", String.raw`we\[ird\].py`]);
  });

  test("what is ignored is skipped with the rule, unless it is to be listed all the same", async () => {
    expect(await add("", ["dist/d.py", "e.log"])).toMatchObject({
      value: {
        state: "unchanged",
        facts: {
          skipped: "dist/d.py (ignored by dist/)\ne.log (ignored by .aigogoignore:2: *.log)",
        },
      },
    });
    await add("", ["e.log"], true);
    expect(await include()).toEqual(["a.py", "e.log"]);
  });

  test("outside of the package are refused", async () => {
    await writeFile(path.join(home, "secret"), "");
    expect(await add("", ["../secret"])).toMatchObject({ failure: { reason: "include-outside" } });
  });

  test("cannot be listed one by one where all are found by language", async () => {
    await write({ files: { include: "auto" } });
    expect(await add("", ["a.py"])).toMatchObject({ failure: { reason: "include-is-auto" } });
    expect(await removeFiles(place(), ["a.py"])).toMatchObject({
      failure: { reason: "include-is-auto" },
    });
  });

  test("one pattern that stands alone becomes a list", async () => {
    await write({ files: { include: "*.py" } });
    await add("", ["src"]);
    expect(await include()).toEqual(["*.py", "src"]);
  });

  test("are taken from the list by pattern or by name", async () => {
    await write({ files: { include: ["a.py", "src/*.py", "src/b.py"] } });
    expect(await removeFiles(place("src"), ["b.py", "src/*.py"])).toMatchObject({
      value: { facts: { removed: "src/*.py\nsrc/b.py", "still listed": "a.py" } },
    });
    await removeFiles(place(), ["a.py"]);
    expect(await include()).toEqual([]);
    expect(await removeFiles(place(), ["a.py"])).toMatchObject({
      failure: { reason: "files-not-listed", words: ["a.py"], listed: [] },
    });
  });

  test("that are listed already leave the file as it is, byte for byte", async () => {
    const before = await manifestText();
    await utimes(at("aigogo.json"), 1, 1);
    await add("", ["a.py"]);
    expect(await manifestText()).toBe(before);
    expect((await stat(at("aigogo.json"))).mtimeMs).toBe(1000);
  });
});

describe("dependencies", () => {
  const add = async (name: string, version: string, isForced = false) =>
    addDependency(place(), "runtime", { name, version, isForced });

  test("are declared once, under one of PyPI's spellings", async () => {
    await write();
    expect(await add("Flask.Login", ">=0.6")).toMatchObject({ value: { state: "done" } });
    expect(await add("flask-login", ">=1")).toEqual({
      ok: false,
      failure: {
        reason: "dependency-declared",
        name: "flask-login",
        kind: "runtime",
        version: ">=0.6",
      },
    });
    expect(await manifest()).toMatchObject({
      dependencies: { runtime: [{ package: "Flask.Login", version: ">=0.6" }] },
    });
  });

  test("have a version that the package manager knows, unless they need not", async () => {
    await write();
    expect(await add("flask", "=>1")).toMatchObject({
      failure: { reason: "dependency-unreadable", ecosystem: "python" },
    });
    expect(await add("flask login", ">=1")).toMatchObject({
      failure: { reason: "dependency-unreadable" },
    });
    expect(await manifest()).toEqual(whole);
    expect(await add("flask", "=>1", true)).toMatchObject({ ok: true });
    await write({ language: { name: "javascript", version: ">=20" } });
    expect(await add("express", "^4.0.0")).toMatchObject({ ok: true });
    expect(await add("koa", "about 3")).toMatchObject({ failure: { ecosystem: "npm" } });
  });

  test("are not declared where the manifest would be none: it lacks the language's version", async () => {
    await write({ language: { name: "python" } });
    const before = await manifestText();
    expect(await add("flask", ">=1")).toMatchObject({
      failure: { reason: "package-file-invalid" },
    });
    expect(await manifestText()).toBe(before);
  });

  test("go one by one, the key with the last, and what else an entry says stays", async () => {
    const kept = { package: "b", version: "2", note: "mine" };
    await write({ dependencies: { runtime: [{ package: "a", version: "1" }, kept], dev: [] } });
    await removeDependency(place(), "runtime", "A");
    expect(await manifest()).toMatchObject({ dependencies: { runtime: [kept] } });
    expect(await removeDependency(place(), "dev", "b")).toMatchObject({
      failure: { reason: "dependency-not-declared", kind: "dev", known: [] },
    });
    await removeDependency(place(), "runtime", "b");
    expect(await manifest()).toEqual({ ...whole, files: {}, metadata: {} });
  });
});

describe("--from-pyproject", () => {
  test("declares what is not declared yet, and Python's version", async () => {
    await write({
      language: { name: "python" },
    });
    await writeFile(
      at("pyproject.toml"),
      `[project]\nrequires-python = ">=3.9"\ndependencies = ["requests>=2", "x @ https://x.example/x.zip"]\n[dependency-groups]\ndev = ["pytest"]\n`,
    );
    expect(await importPyproject(place("src"), "runtime")).toMatchObject({
      value: {
        state: "done",
        facts: { added: "requests >=2", "left out": "x @ https://x.example/x.zip" },
      },
    });
    expect(await importPyproject(place(), "runtime")).toMatchObject({
      value: { state: "unchanged", facts: { "declared already": "requests >=2" } },
    });
    await importPyproject(place(), "dev");
    expect(await manifest()).toMatchObject({
      language: { name: "python", version: ">=3.9" },
      dependencies: {
        runtime: [{ package: "requests", version: ">=2" }],
        dev: [{ package: "pytest", version: "*" }],
      },
    });
  });

  test("needs a Python package and a pyproject.toml", async () => {
    await write();
    expect(await importPyproject(place(), "dev")).toMatchObject({
      failure: { reason: "pyproject-missing" },
    });
    await write({ language: { name: "go" } });
    expect(await importPyproject(place(), "dev")).toMatchObject({
      failure: { reason: "pyproject-of-other-language" },
    });
  });
});

describe("build", () => {
  const build = async (options: Partial<Parameters<typeof buildPackage>[0]> = {}) =>
    buildPackage({
      place: place(),
      cache: cacheIn(home),
      reference: undefined,
      isForced: false,
      isChecked: true,
      builtAt: new Date(0),
      signal: new AbortController().signal,
      progress: () => {},
      ...options,
    });
  const built = (text: string) => {
    const reference = parseCacheReference(text);
    if (!reference.ok) throw new Error(text);
    return buildFolder(cacheIn(home), reference.value);
  };

  beforeEach(async () => {
    await write({ files: { include: ["src/**/*.py"] }, lint: 1 });
    await files("src/a.py", "src/x/b.py");
  });

  test("without a reference raises the patch version, and the package carries it", async () => {
    expect(await build()).toMatchObject({ value: { facts: { version: "1.0.0 -> 1.0.1" } } });
    expect(await manifest()).toMatchObject({ version: "1.0.1", lint: 1 });
    const packed = await readFile(path.join(built("demo:1.0.1"), "aigogo.json"), "utf8");
    expect(packed).toBe(await manifestText());
    expect((await readdir(built("demo:1.0.1"), { recursive: true })).toSorted()).toEqual([
      ".aigogo-metadata.json",
      "aigogo.json",
      "src",
      "src/a.py",
      "src/x",
      "src/x/b.py",
    ]);
  });

  test("has files of one mode, and what a link names in place of the link", async () => {
    await chmod(at("src/a.py"), 0o700);
    await symlink("a.py", at("src/link.py"));
    await build({ reference: "demo:1" });
    const file = path.join(built("demo:1"), "src", "link.py");
    const { mode } = await lstat(file);
    expect([(mode & 0o777).toString(8), await readFile(file, "utf8")]).toEqual(["644", "x = 1\n"]);
    expect((await lstat(path.join(built("demo:1"), "src/a.py"))).mode & 0o777).toBe(0o644);
  });

  test("with a reference leaves the manifest as it is", async () => {
    const before = await manifestText();
    expect(await build({ reference: "org/other:2" })).toMatchObject({ ok: true });
    expect(await manifestText()).toBe(before);
    expect(await readFile(path.join(built("org/other:2"), "aigogo.json"), "utf8")).toBe(before);
  });

  test("of what is built already needs to be forced", async () => {
    await build({ reference: "demo:1" });
    expect(await build({ reference: "demo:1" })).toEqual({
      ok: false,
      failure: { reason: "build-exists", reference: "demo:1" },
    });
    await writeFile(at("src/a.py"), "x = 2\n");
    expect(await build({ reference: "demo:1", isForced: true })).toMatchObject({ ok: true });
    expect(await readFile(path.join(built("demo:1"), "src/a.py"), "utf8")).toBe("x = 2\n");
  });

  test.for([
    [{ version: "1.0" }, "version-not-counted"],
    [{ files: { include: [] } }, "package-empty"],
    [{ scripts: { run: "no.py" } }, "script-not-packed"],
    [{ dependencies: { runtime: [{ package: "a", version: "=>1" }] } }, "dependency-unreadable"],
  ] as const)("that fails leaves nothing: %j", async ([fields, reason]) => {
    await write({ files: { include: ["src/**/*.py"] }, ...fields });
    const before = await manifestText();
    expect(await build()).toMatchObject({ failure: { reason } });
    expect(await manifestText()).toBe(before);
    expect(await readdir(home)).toEqual(["demo"]);
  });

  test("that is stopped leaves what was built before", async () => {
    await build({ reference: "demo:1" });
    await writeFile(at("src/a.py"), "x = 2\n");
    const signal = AbortSignal.abort();
    expect(await build({ reference: "demo:1", isForced: true, signal })).toMatchObject({
      failure: { reason: "build-stopped" },
    });
    expect(await readFile(path.join(built("demo:1"), "src/a.py"), "utf8")).toBe("x = 1\n");
    expect(await build({ signal })).toMatchObject({ failure: { reason: "build-stopped" } });
    expect(await manifest()).toMatchObject({ version: "1.0.0" });
  });

  test("asks nothing of dependencies when it is told not to", async () => {
    await write({
      files: { include: ["src"] },
      dependencies: { runtime: [{ package: "a", version: "=>1" }] },
    });
    expect(await build({ isChecked: false })).toMatchObject({ ok: true });
  });

  test("refuses what is no name of a package", async () => {
    for (const reference of ["..", "", "images", "../x"]) {
      expect(await build({ reference, isForced: true })).toMatchObject({
        failure: { reason: "cache-reference-invalid" },
      });
    }
  });
});
