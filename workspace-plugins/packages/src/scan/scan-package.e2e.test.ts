import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { dependenciesIn, openProject } from "./rig.ts";

type Files = Readonly<Record<string, string>>;

async function check(
  language: Parameters<typeof openProject>[0],
  files: Files,
  expected: readonly string[],
): Promise<void> {
  await using project = await openProject(language, files);
  const scan = await project.scan();
  expect(scan.ok ? dependenciesIn(scan.value) : scan.failure).toEqual(expected);
}

describe("Python", () => {
  test.for<readonly [string, Files, readonly string[]]>([
    ["every name of an import", { "a.py": "import os, xx, yy as y" }, ["xx a.py:1", "yy a.py:1"]],
    [
      "a from of a dotted name",
      { "a.py": "from xx.y import (\n  z,\n  w as v,\n)" },
      ["xx a.py:1"],
    ],
    [
      "every place of a package",
      { "a.py": "import xx\nimport xx.y", "b.py": "import xx" },
      ["xx a.py:1 a.py:2 b.py:1"],
    ],
    ["an import inside of a function", { "a.py": "def f():\n    import xx\n" }, ["xx a.py:2"]],
    ["two statements of a line", { "a.py": "import os; import xx" }, ["xx a.py:1"]],
    ["a line that goes on", { "a.py": "import os, \\\n  xx" }, ["xx a.py:1"]],
    [
      "an import by its name's text",
      {
        "a.py": `import importlib\nimportlib.import_module("xx.y")\n__import__("yy")\n__import__(a)`,
      },
      ["xx a.py:2", "yy a.py:3"],
    ],
    [
      "the whole standard library",
      {
        "a.py":
          "import asyncio, dataclasses, enum, inspect, zoneinfo, distutils, cgi\nfrom __future__ import annotations",
      },
      [],
    ],
    ["relative imports", { "lib/a.py": "from . import b\nfrom .c import d\nfrom .. import e" }, []],
    [
      "sibling modules",
      { "a.py": "import helper, lib.deep", "helper.py": "", "lib/deep.py": "import helper, deep" },
      [],
    ],
    ["modules below src", { "src/lib/a.py": "import lib.a" }, []],
    [
      "docstrings and comments",
      { "a.py": `"""\nimport xx\nfrom yy import z\n"""\n# import zz\ns = '''\nimport ww\n'''` },
      [],
    ],
    [
      "names of modules that are not those of their distributions",
      {
        "a.py":
          "import yaml, cv2\nfrom sklearn.svm import SVC\nfrom PIL import Image\nimport google.protobuf\nfrom google.cloud import storage, pubsub_v1 as p\nimport typing_extensions",
      },
      [
        "Pillow a.py:3",
        "PyYAML a.py:1",
        "google-cloud-pubsub a.py:5",
        "google-cloud-storage a.py:5",
        "opencv-python a.py:1",
        "protobuf a.py:4",
        "scikit-learn a.py:2",
        "typing-extensions a.py:6",
      ],
    ],
    [
      "what only a type checker imports",
      {
        "a.py":
          "from typing import TYPE_CHECKING\nimport typing as t\nif TYPE_CHECKING:\n    import xx\nelse:\n    import yy\nif t.TYPE_CHECKING and a:\n    import zz\nif not TYPE_CHECKING:\n    import ww\n",
      },
      ["ww a.py:10", "xx a.py:4 types", "yy a.py:6", "zz a.py:8 types"],
    ],
    [
      "what may be missing",
      {
        "a.py":
          "try:\n    import xx\nexcept ImportError:\n    import yy\nexcept ValueError:\n    import zz\n",
      },
      ["xx a.py:2 optional", "yy a.py:4 optional", "zz a.py:6"],
    ],
    [
      "what is missed only by a function",
      {
        "a.py":
          "try:\n    import xx\nexcept ImportError as e:\n    raise RuntimeError('no xx') from e\ndef f():\n    try:\n        import yy\n    except (ModuleNotFoundError, KeyError):\n        raise\n",
      },
      ["xx a.py:2", "yy a.py:7 optional"],
    ],
    [
      "a suppressed error",
      {
        "a.py":
          "import contextlib\nwith contextlib.suppress(ImportError):\n    import xx\nwith open(a) as b:\n    import yy\n",
      },
      ["xx a.py:3 optional", "yy a.py:5"],
    ],
    [
      "a package that is needed once and optional elsewhere",
      { "a.py": "try:\n    import xx\nexcept ImportError:\n    pass\n", "b.py": "import xx" },
      ["xx a.py:2 b.py:1"],
    ],
    ["another encoding", { "a.py": "# -*- coding: latin-1 -*-\nimport xx\n" }, ["xx a.py:2"]],
  ])("%s", ([, files, expected]) => check("python", files, expected));

  test("the distribution that the project's environment has a module of", async () => {
    await using project = await openProject("python", {
      "a.py": "import odd.deep\nfrom shared.one import x\nimport shared.two, yaml",
    });
    const site = path.join(project.folder, ".venv", "lib", "python3.11", "site-packages");
    const install = async (name: string, files: readonly string[]) => {
      const folder = path.join(site, `${name.replaceAll("-", "_")}-2.5.1.dist-info`);
      await mkdir(folder, { recursive: true });
      await writeFile(
        path.join(folder, "METADATA"),
        `Metadata-Version: 2.1\nName: ${name}\nVersion: 2.5.1\n`,
      );
      await writeFile(path.join(folder, "RECORD"), files.map((file) => `${file},,\n`).join(""));
    };
    await install("Odd-Name", ["odd/__init__.py", "odd/deep/x.so"]);
    await install("shared-one", ["shared/one/__init__.py"]);
    await install("shared-two", ["shared/two.py", "../escape.py", "shared/no name/x.py"]);
    await writeFile(path.join(site, "evil.pth"), "import sys; sys.exit(9)\n");
    await mkdir(path.join(site, "broken-1.dist-info"));
    await writeFile(path.join(site, "broken-1.dist-info", "METADATA"), "\0\xff");
    const scan = await project.scan();
    if (!scan.ok) throw new Error(scan.failure.reason);
    expect(scan.value.suggestions.runtime).toEqual([
      { package: "Odd-Name", version: ">=2.5.1,<3.0.0" },
      { package: "PyYAML", version: "*" },
      { package: "shared-one", version: ">=2.5.1,<3.0.0" },
      { package: "shared-two", version: ">=2.5.1,<3.0.0" },
    ]);
  });

  test("agent packages are told apart", async () => {
    await using project = await openProject("python", {
      "a.py": "from aigogo.text_tools import x\nfrom aigogo import other\nimport aigogo",
    });
    const scan = await project.scan();
    expect(
      scan.ok && [scan.value.dependencies, scan.value.agentPackages.map(({ name }) => name)],
    ).toEqual([[], ["other", "text_tools"]]);
  });

  test("names are compared as the package index does", async () => {
    const runtime = {
      pyyaml: "*",
      "Typing.Extensions": "*",
      psycopg2: "*",
      "httpx[http2]": "*",
      idle: "*",
    };
    await using project = await openProject(
      "python",
      { "a.py": "import yaml, typing_extensions, psycopg2, httpx, pytest, numpy" },
      { runtime, dev: { pytest: "*", black: "*" } },
    );
    const scan = await project.scan();
    if (!scan.ok) throw new Error(scan.failure.reason);
    expect(scan.value.dependencies.map(({ name, declared }) => [name, declared])).toEqual([
      ["PyYAML", "runtime"],
      ["httpx", "runtime"],
      ["numpy", "no"],
      ["psycopg2-binary", "runtime"],
      ["pytest", "dev"],
      ["typing-extensions", "runtime"],
    ]);
    expect(scan.value.unused).toEqual(["idle"]);
  });
});

describe("JavaScript", () => {
  test.for<readonly [string, Files, readonly string[]]>([
    [
      "subpaths and scopes",
      { "a.mjs": `import "lodash/fp"; import "@a/b/c/d"; import "x";` },
      ["@a/b a.mjs:1", "lodash a.mjs:1", "x a.mjs:1"],
    ],
    [
      "the modules of Node",
      {
        "a.mjs": `import "fs"; import "node:fs/promises"; import "fs/promises"; import "node:test"; import "bun:sqlite"`,
      },
      [],
    ],
    [
      "a package that is called as a module of Node was not",
      { "a.cjs": `require("test"); require("punycode/")` },
      ["punycode a.cjs:1", "test a.cjs:1"],
    ],
    [
      "files and imports of its own",
      { "a.mjs": `import "./b.mjs"; import "../c"; import "/d"; import "#e"; import "."` },
      [],
    ],
    [
      "itself",
      {
        "a.mjs": `import "@me/it/sub"; import "@me/other"`,
        "package.json": `{"name":"@me/it"}`,
        "aigogo.json": `{"name":"demo","version":"1.0.0","language":{"name":"javascript"},"files":{"include":["*.mjs","package.json"]}}`,
      },
      ["@me/other a.mjs:1"],
    ],
    [
      "a package that only types are taken from",
      { "a.ts": `import type { A } from "x"; import type { B } from "y";\nimport "y"` },
      ["x a.ts:1 types", "y a.ts:1 a.ts:2"],
    ],
    [
      "a package by the scheme of npm",
      { "a.mjs": `import "npm:chalk@5/x"; import "npm:@a/b@1"` },
      ["@a/b a.mjs:1", "chalk a.mjs:1"],
    ],
  ])("%s", ([, files, expected]) => check("javascript", files, expected));

  test("what no package can be named is told apart, and so are agent packages", async () => {
    await using project = await openProject("javascript", {
      "a.ts": `import "@/alias"; import "https://host.example/x.js"; import "@aigogo/slugify/lib"`,
    });
    const scan = await project.scan();
    if (!scan.ok) throw new Error(scan.failure.reason);
    expect(scan.value.dependencies).toEqual([]);
    expect(scan.value.unusable.map(({ name }) => name)).toEqual([
      "@/alias",
      "https://host.example/x.js",
    ]);
    expect(scan.value.agentPackages.map(({ name }) => name)).toEqual(["slugify"]);
  });

  test("versions are suggested as the project has them", async () => {
    await using project = await openProject("javascript", {
      "a.ts": `import "asked"; import "installed"; import "unknown"; import type {} from "types"; try { require("maybe") } catch {}`,
      "package.json": `{"dependencies":{"asked":"~1.2.3","types":"workspace:*"}}`,
      "node_modules/installed/package.json": `{"version":"4.5.6"}`,
    });
    const scan = await project.scan();
    expect(scan.ok && scan.value.suggestions).toEqual({
      runtime: [
        { package: "asked", version: "~1.2.3" },
        { package: "installed", version: "^4.5.6" },
        { package: "maybe", version: "*", optional: true },
        { package: "unknown", version: "*" },
      ],
      dev: [{ package: "types", version: "*" }],
    });
  });

  test("types of a package may be declared in its place", async () => {
    await using project = await openProject(
      "javascript",
      { "a.ts": `import type {} from "@a/b"; import "c"` },
      { dev: { "@types/a__b": "^1" }, runtime: { "@types/c": "^1" } },
    );
    const scan = await project.scan();
    expect(scan.ok && [dependenciesIn(scan.value), scan.value.unused]).toEqual([
      ["@a/b a.ts:1 types declared dev", "c a.ts:1"],
      [],
    ]);
  });
});

describe("only what the package would hold is read", () => {
  test.for(["python", "javascript"] as const)("%s", async (language) => {
    await using project = await openProject(language, {
      "a.py": "import xx",
      "a.mjs": `import "xx"`,
      "skipped.py": "import (",
      "skipped.mjs": "import (",
      ".aigogoignore": "skipped.*\n",
      "node_modules/y/index.js": "import (",
      "venv/y.py": "import (",
    });
    const scan = await project.scan();
    expect(scan.ok && scan.value.dependencies.map(({ name }) => name)).toEqual(["xx"]);
  });
});

describe("a file that cannot be read is told with its place", () => {
  type Case = readonly [Parameters<typeof openProject>[0], string, string | Uint8Array, object];
  test.for<Case>([
    [
      "python",
      "a.py",
      "x = 1\ndef f(:\n",
      { problem: "syntax", line: 2, column: 7, at: { offset: 12 } },
    ],
    [
      "python",
      "a.py",
      Uint8Array.of(0x78, 0x3d, 0x22, 0xe9, 0x22),
      { problem: "encoding", line: 1 },
    ],
    ["python", "a.py", "x = 1\0", { line: 1 }],
    ["python", "a.py", `${"(".repeat(5000)}1${")".repeat(5000)}`, { problem: "too-deep" }],
    [
      "javascript",
      "a.ts",
      "let a = 1;\nlet b: = 1;",
      { problem: "syntax", line: 2, column: 8, at: { offset: 18 } },
    ],
    ["javascript", "a.js", Uint8Array.of(0x22, 0xe9, 0x22), { problem: "encoding" }],
    [
      "go",
      "a.go",
      "package a\nimport (\n  5\n)",
      { problem: "syntax", line: 3, column: 3, at: { offset: 21 } },
    ],
    ["go", "a.go", Uint8Array.of(0xff), { problem: "encoding" }],
    ["rust", "a.rs", Uint8Array.of(0xff), { problem: "encoding" }],
  ])("%s %s", async ([language, file, bytes, problem]) => {
    await using project = await openProject(language, { [file]: bytes });
    const place = { file: path.join(project.folder, file), length: 1 };
    const expected =
      "at" in problem ? { ...problem, at: { ...place, ...(problem.at as object) } } : problem;
    expect(await project.scan()).toMatchObject({
      ok: false,
      failure: { reason: "source-unparsable", problems: [expected] },
    });
  });

  test("and so are all others at once", async () => {
    await using project = await openProject("python", {
      "a.py": "(",
      "b.py": "x = 1",
      "c.py": ")",
    });
    const scan = await project.scan();
    const failure =
      !scan.ok && scan.failure.reason === "source-unparsable" ? scan.failure : undefined;
    expect(failure?.problems.map(({ at }) => path.basename(at.file))).toEqual(["a.py", "c.py"]);
  });
});

describe("hostile files end with a failure", () => {
  test("a parser that breaks down takes nobody with it, and the file is named", async () => {
    await using project = await openProject("javascript", {
      "a.js": "1",
      "b.js": "[".repeat(200_000),
      "c.js": "1",
    });
    expect(await project.scan()).toMatchObject({
      ok: false,
      failure: { reason: "source-reader-crashed", path: "b.js" },
    });
  });

  test("a file of more than 4 MiB is not read", async () => {
    await using project = await openProject("rust", { "a.rs": " ".repeat(4 * 1024 * 1024 + 1) });
    expect(await project.scan()).toMatchObject({
      ok: false,
      failure: { reason: "source-too-large", path: "a.rs", sizeBytes: 4 * 1024 * 1024 + 1 },
    });
  });

  test("where there is no Python it is said", async () => {
    await using project = await openProject("python", { "a.py": "import xx" });
    expect(await project.scan({ PATH: project.folder })).toMatchObject({
      ok: false,
      failure: { reason: "source-reader-missing", program: "python3" },
    });
  });

  test("nothing of the project is run", async () => {
    await using project = await openProject("python", {
      "a.py": "import json, ast",
      "json.py": "raise SystemExit(9)",
      "ast.py": "raise SystemExit(9)",
      "sitecustomize.py": "raise SystemExit(9)",
    });
    const scan = await project.scan({ PYTHONPATH: project.folder, NODE_OPTIONS: "--bad" });
    expect(scan.ok).toBe(true);
  });
});

test("a stopped scan says nothing", async () => {
  await using project = await openProject("python", { "a.py": "import xx" });
  const { scanPackage } = await import("./scan-package.ts");
  await expect(scanPackage({ ...project.options, signal: AbortSignal.abort() })).rejects.toThrow(
    "aborted",
  );
});
