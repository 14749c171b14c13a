import { describe, expect, test } from "vitest";
import { constraintState } from "./declared-version.ts";
import type { ConstraintState } from "./declared-version.ts";
import { openProject } from "./rig.ts";
import { validatePackage } from "./validate-package.ts";

type Language = Parameters<typeof openProject>[0];
type Files = Readonly<Record<string, string>>;

/** Errors and warnings, each as its rule and what it is about. */
async function findings(
  files: Files,
  declared: Parameters<typeof openProject>[2] = {},
  language: Language = "rust",
) {
  await using project = await openProject(language, files, declared);
  const validation = await validatePackage(project.options);
  if (!validation.ok) return validation.failure.reason;
  const { valid, errors, warnings } = validation.value;
  const told = (of: typeof errors) =>
    of.map(({ rule, ...facts }) => {
      const texts = Object.values<unknown>(facts).filter((fact) => typeof fact !== "object");
      return [rule, ...texts].join(" ");
    });
  expect(valid).toBe(errors.length === 0);
  return { errors: told(errors), warnings: told(warnings) };
}

const manifest = (fields: object) =>
  JSON.stringify({
    name: "demo",
    version: "1.0.0",
    language: { name: "rust", version: ">=1" },
    files: { include: "auto" },
    ...fields,
  });

test("what is imported has to be declared", async () => {
  const files = { "a.rs": "use serde::A; use tokio::B; use std::io;" };
  expect(await findings(files, { runtime: { serde: ">=1, <2" } })).toEqual({
    errors: ["dependency-missing tokio"],
    warnings: [],
  });
  expect(await findings(files, { runtime: { serde: "^1", tokio: "^1" } })).toEqual({
    errors: [],
    warnings: [],
  });
});

test("without any declaration it is said how many there should be", async () => {
  const files = { "a.rs": "use serde::A; use tokio::B;", "aigogo.json": manifest({}) };
  expect(await findings(files)).toEqual({
    errors: ["dependencies-undeclared 2", "dependency-missing serde", "dependency-missing tokio"],
    warnings: [],
  });
  expect(await findings({ ...files, "a.rs": "use std::io;" })).toEqual({
    errors: [],
    warnings: [],
  });
});

test("warnings come in one order: versions, twice declared, doubtful imports", async () => {
  const runtime = { zeta: "*", serde: "=1.0.0", unused: "^1", "serde-json": "^1", alpha: "latest" };
  const dev = { late: "^1", serde_json: "^1", idle: "^1" };
  expect(
    await findings({ "a.rs": "use serde::A; use late::B; use serde_json::C;" }, { runtime, dev }),
  ).toEqual({
    errors: [],
    warnings: [
      "version-missing alpha latest",
      "version-exact serde =1.0.0",
      "version-missing zeta *",
      "dependency-twice serde-json",
      "runtime-declared-dev late",
      "dependency-unused alpha",
      "dependency-unused unused",
      "dependency-unused zeta",
    ],
  });
});

test("a version that says nothing is an error, that of the language too", async () => {
  const files = {
    "a.rs": "use serde::A;",
    "aigogo.json": manifest({
      language: { name: "rust", version: "newest" },
      dependencies: { runtime: [{ package: "serde", version: "one or two" }] },
    }),
  };
  expect(await findings(files)).toEqual({
    errors: ["version-unreadable rust newest", "version-unreadable serde one or two"],
    warnings: [],
  });
});

test("scripts are among the files", async () => {
  const scripts = { go: "a.rs", lost: "gone.rs", ignored: "dist/b.rs" };
  expect(
    await findings({ "a.rs": "", "dist/b.rs": "", "aigogo.json": manifest({ scripts }) }),
  ).toEqual({
    errors: ["script-not-packed ignored dist/b.rs", "script-not-packed lost gone.rs"],
    warnings: [],
  });
});

describe("ai has a summary and capabilities", () => {
  test.for<readonly [object, readonly string[]]>([
    [{ summary: "Counts", capabilities: ["count words"] }, []],
    [{ summary: " ", capabilities: ["count words"] }, ["ai-incomplete summary"]],
    [
      { capabilities: ["count words", ""] },
      ["ai-incomplete summary", "ai-incomplete capabilities"],
    ],
    [{ summary: "Counts", capabilities: [] }, ["ai-incomplete capabilities"]],
    [
      { summary: null, capabilities: null },
      ["ai-incomplete summary", "ai-incomplete capabilities"],
    ],
  ])("%j", async ([ai, errors]) => {
    const files = { "a.rs": "", "aigogo.json": manifest({ ai }) };
    expect(await findings(files)).toEqual({ errors, warnings: [] });
  });
});

describe("an imported file of the project is packed", () => {
  const include = { include: ["a.*"] };
  test.for<readonly [Language, Files, readonly string[]]>([
    ["javascript", { "a.mjs": `import "./b.mjs"; import "../up.js"`, "b.mjs": "" }, ["b.mjs"]],
    [
      "javascript",
      { "a.cjs": `require("./lib"); require("./c")`, "lib/index.js": "", "c.json": "{}" },
      ["c.json", "lib/index.js"],
    ],
    [
      "javascript",
      { "a.ts": `import "./b.js"; import "./nowhere.js"; import "."`, "b.ts": "" },
      ["b.ts"],
    ],
    [
      "javascript",
      {
        "a.ts": `import type {} from "./b.js"; try { require("./c.js") } catch {}`,
        "b.ts": "",
        "c.js": "",
      },
      [],
    ],
    ["javascript", { "a.mjs": `import "./a.js"`, "a.js": "" }, []],
    [
      "python",
      { "a.py": "import helper, pkg.deep", "helper.py": "", "pkg/__init__.py": "" },
      ["helper.py", "pkg/__init__.py"],
    ],
    [
      "python",
      {
        "a.py":
          "from . import b, c, VERSION\nfrom .lib.deep import x\nfrom .. import up\nfrom .gone import y",
        "b.py": "",
        "c/__init__.py": "",
        "lib/deep.py": "",
      },
      ["b.py", "c/__init__.py", "lib/deep.py"],
    ],
    [
      "python",
      { "a.py": "from .a import a\ntry:\n from .b import b\nexcept ImportError: pass", "b.py": "" },
      [],
    ],
  ])("%s: %j", async ([language, files, missing]) => {
    const version = { name: language, version: ">=1" };
    const text = manifest({ language: version, files: include });
    expect(await findings({ "aigogo.json": text, ...files }, {}, language)).toEqual({
      errors: missing.map((file) => `import-not-packed ${file}`),
      warnings: [],
    });
  });
});

test("keys that nobody knows are told", async () => {
  const text = manifest({
    dependancies: {},
    AI: { summary: "Counts", capabilities: ["count"], sumary: "" },
    dependencies: { runtime: [{ package: "serde", version: "^1", optional: true, note: 1 }] },
  });
  expect(await findings({ "a.rs": "use serde::A;", "aigogo.json": text })).toEqual({
    errors: [],
    warnings: [
      "key-unknown dependancies",
      "key-unknown ai.sumary",
      "key-unknown dependencies.runtime[0].note",
    ],
  });
});

test.for<readonly [string, string, string]>([
  ["a manifest that is not JSON", "{", "package-file-invalid"],
  ["a manifest of another type", manifest({ ai: { summary: 5 } }), "package-file-invalid"],
  ["a package without files", manifest({ files: { include: [] } }), "package-empty"],
])("%s is a failure", async ([, text, reason]) => {
  expect(await findings({ "a.rs": "", "aigogo.json": text })).toBe(reason);
});

describe("a constraint", () => {
  test.for<readonly [Language, string, ConstraintState]>([
    ["python", "*", "any"],
    ["python", "latest", "any"],
    ["python", ">=2.0,<3", "range"],
    ["python", "~=1.4", "range"],
    ["python", "^1.2", "range"],
    ["python", "==1.*", "range"],
    ["python", "==1.2.3", "exact"],
    ["python", "===1.2.3", "exact"],
    ["python", "1.2.3", "exact"],
    ["python", `==1.2 ; python_version < "3.9"`, "exact"],
    ["python", "=>1", "unreadable"],
    ["python", "newest", "unreadable"],
    ["javascript", "^1.2.0", "range"],
    ["javascript", "~1", "range"],
    ["javascript", "1.x", "range"],
    ["javascript", "1 - 2", "range"],
    ["javascript", "1.2.3", "exact"],
    ["javascript", "=1.2.3", "exact"],
    ["javascript", "git+ssh://x", "unreadable"],
    ["rust", "1.0", "range"],
    ["rust", ">=1, <2", "range"],
    ["rust", "=1.2.3", "exact"],
    ["rust", "one", "unreadable"],
    ["go", "v1.2.3", "range"],
    ["go", "v0.0.0-20200101000000-abcdefabcdef", "range"],
    ["go", "v1.2.3+incompatible", "range"],
    ["go", "one", "unreadable"],
  ])("of %s: %s is %s", ([language, text, state]) => {
    expect(constraintState(language, text)).toBe(state);
  });
});
