import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import {
  adaptersOf,
  domainEffects,
  fileCycles,
  forbiddenDirections,
  forbiddenStatements,
  foreignImporters,
  importedTests,
  misdirectedImports,
  packageCycles,
  repeatedEffects,
  undeclaredImports,
  unusedDependencies,
} from "./architecture.ts";
import { readSource, readWorkspace, type Workspace } from "./import-graph.ts";

type Manifest = Readonly<Record<string, unknown>>;

/** A workspace on disk of two packages, `alpha` and `beta`, that the given files and manifests replace or add to. */
function workspaceOf(
  files: Readonly<Record<string, string>>,
  manifests: Readonly<Record<string, Manifest>> = {},
): Workspace {
  const root = mkdtempSync(path.join(tmpdir(), "slipway-import-graph-"));
  const all: Readonly<Record<string, Manifest>> = {
    "": { name: "fixture", workspaces: ["workspace-plugins/*", "tools/*"] },
    "workspace-plugins/alpha": { name: "@fixture/alpha" },
    "workspace-plugins/beta": { name: "@fixture/beta" },
    "workspace-plugins/report": { name: "@fixture/report" },
    "tools/cli": { name: "@fixture/cli" },
    ...manifests,
  };
  const texts = [
    ...Object.entries(files),
    ...Object.entries(all).map(([folder, manifest]): readonly [string, string] => [
      path.join(folder, "package.json"),
      JSON.stringify(manifest),
    ]),
  ];
  try {
    for (const [file, text] of texts) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    return readWorkspace(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const alpha = "workspace-plugins/alpha/src";
const beta = "workspace-plugins/beta/src";

test("every way to import is read with its line", () => {
  const text = [
    'import "a";',
    'import one, { two } from "b";',
    'import type { Three } from "c";',
    'import { type Four } from "d";',
    'export { five } from "e";',
    'export type * from "f";',
    'const six = await import("g");',
    'type Seven = import("h").Seven;',
    'const eight = require("i");',
    'require.resolve("j"); import.meta.resolve("k"); process.getBuiltinModule("node:l");',
    'new Worker(new URL("l.ts", import.meta.url));',
    'const text = "import nothing from \'m\'"; // import "n"',
  ].join("\n");
  const written = readSource("x.ts", text).imports.map(({ line, specifier, isType, names }) =>
    `${line} ${specifier}${isType ? " type" : ""} ${names.join(",")}`.trim(),
  );
  expect(written).toEqual([
    "1 a",
    "2 b default,two",
    "3 c type Three",
    "4 d type Four",
    "5 e",
    "6 f type",
    "7 g",
    "8 h type",
    "9 i",
    "10 j",
    "10 k",
    "10 node:l",
    "11 ./l.ts",
  ]);
});

test("a file that does not parse is named", () => {
  expect(() => readSource("broken.ts", "import {")).toThrow(/^broken\.ts: /);
});

test("an import against the allowed direction is found by name and by path", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: '\nimport { b } from "@fixture/beta";\n',
    [`${alpha}/c.ts`]: 'export * from "../../beta/src/b.ts";\n',
    [`${beta}/b.ts`]: 'import type { A } from "@fixture/alpha/deep";\n',
  });
  expect(forbiddenDirections(workspace, { alpha: [], beta: ["alpha"] })).toEqual([
    `${alpha}/a.ts:2 → @fixture/beta`,
    `${alpha}/c.ts:1 → ../../beta/src/b.ts`,
  ]);
});

test("a test may go further than the code beside it", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: 'import "@fixture/beta";\n',
    [`${alpha}/a.test.ts`]: 'import "@fixture/beta";\nimport "@fixture/report";\n',
  });
  expect(forbiddenDirections(workspace, {}, { alpha: ["beta"] })).toEqual([
    `${alpha}/a.test.ts:2 → @fixture/report`,
    `${alpha}/a.ts:1 → @fixture/beta`,
  ]);
});

test("code that imports the rig of its tests is found", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: '\nimport "./rig.ts";\n',
    [`${alpha}/a.test.ts`]: 'import "./rig.ts";\n',
    [`${alpha}/rig.ts`]: "",
  });
  expect(importedTests(workspace)).toEqual([`${alpha}/a.ts:2 → ./rig.ts`]);
});

test("an import of report from outside of tools is found", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: 'import { print } from "@fixture/report";\n',
    "tools/cli/main.ts": 'import { print } from "@fixture/report";\n',
  });
  expect(foreignImporters(workspace, "report", ["tools"])).toEqual([
    `${alpha}/a.ts:1 → @fixture/report`,
  ]);
});

test("an undeclared import is found, and a development dependency is for tests and types only", () => {
  const workspace = workspaceOf(
    {
      [`${alpha}/a.ts`]:
        'import "node:fs";\nimport "zod/v4";\nimport "@scope/left/deep";\nimport "fs";\nimport "vitest";\nimport type { Test } from "vitest";\n',
      [`${alpha}/a.test.ts`]: 'import "vitest";\nimport "fast-check";\n',
    },
    {
      "workspace-plugins/alpha": {
        name: "@fixture/alpha",
        dependencies: { zod: "1" },
        devDependencies: { vitest: "1" },
        optionalDependencies: { "@scope/left": "1" },
      },
    },
  );
  expect(undeclaredImports(workspace)).toEqual([
    `${alpha}/a.test.ts:2 → fast-check`,
    `${alpha}/a.ts:3 → @scope/left/deep`,
    `${alpha}/a.ts:4 → fs`,
    `${alpha}/a.ts:5 → vitest`,
  ]);
});

test("a declared dependency that only a test imports is found", () => {
  const workspace = workspaceOf(
    { [`${alpha}/a.ts`]: 'import "zod";\n', [`${alpha}/a.test.ts`]: 'import "yaml";\n' },
    {
      "workspace-plugins/alpha": {
        name: "@fixture/alpha",
        dependencies: { zod: "1", yaml: "1", "@fixture/beta": "1" },
      },
    },
  );
  expect(unusedDependencies(workspace)).toEqual([
    "workspace-plugins/alpha/package.json → yaml",
    "workspace-plugins/alpha/package.json → @fixture/beta",
  ]);
});

test("a ring of files is found once, with the imports that close it", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: 'import "./b.ts";\n',
    [`${alpha}/b.ts`]: '\nexport { c } from "./c.ts";\n',
    [`${alpha}/c.ts`]: '\n\nconst a = import("./a.ts");\n',
    [`${alpha}/d.ts`]: 'import "./a.ts";\n',
  });
  expect(fileCycles(workspace)).toEqual([
    `${alpha}/a.ts:1 → ./b.ts, ${alpha}/b.ts:2 → ./c.ts, ${alpha}/c.ts:3 → ./a.ts`,
  ]);
});

test("a ring of packages is found, though no files form one", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: 'import "@fixture/beta";\n',
    [`${beta}/b.ts`]: 'import "@fixture/alpha";\n',
  });
  expect(fileCycles(workspace)).toEqual([]);
  expect(packageCycles(workspace)).toEqual([
    `${alpha}/a.ts:1 → @fixture/beta, ${beta}/b.ts:1 → @fixture/alpha`,
  ]);
});

test("an effect library in a second file of a package is found, tests and other packages aside", () => {
  const workspace = workspaceOf({
    [`${alpha}/engine.ts`]: 'import Docker from "dockerode";\n',
    [`${alpha}/image.ts`]: '\nimport type { Container } from "dockerode";\n',
    [`${alpha}/image.test.ts`]: 'import Docker from "dockerode";\n',
    [`${alpha}/address.ts`]: 'import { isIP } from "node:net";\n',
    [`${alpha}/port.ts`]: 'import { createServer } from "node:net";\n',
    [`${beta}/engine.ts`]: 'import Docker from "dockerode";\n',
  });
  expect(repeatedEffects(workspace)).toEqual([
    `${alpha}/image.ts:2 → dockerode (held by ${alpha}/engine.ts)`,
  ]);
  expect(adaptersOf(workspace)).toEqual([
    `${alpha}/engine.ts: dockerode`,
    `${alpha}/image.ts: dockerode`,
    `${alpha}/port.ts: node:net`,
    `${beta}/engine.ts: dockerode`,
  ]);
});

test("a value of Nx in the domain is found; its types and plugin.ts are free", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]:
      'import type { Tree } from "@nx/devkit";\nimport { logger } from "@nx/devkit";\n',
    [`${alpha}/plugin.ts`]: 'import { hashArray } from "@nx/devkit";\n',
  });
  expect(domainEffects(workspace)).toEqual([`${alpha}/a.ts:2 → @nx/devkit`]);
});

test("a relative import without its extension or out of its package is found", () => {
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: 'import "./b";\nimport "./b.ts";\nimport "../../beta/src/b.ts";\n',
    [`${alpha}/b.ts`]: "",
    [`${beta}/b.ts`]: "",
  });
  expect(misdirectedImports(workspace)).toEqual([
    `${alpha}/a.ts:1 → ./b`,
    `${alpha}/a.ts:3 → ../../beta/src/b.ts`,
  ]);
});

test("a module-level let, a change of folder and the console are found; report has the console", () => {
  const text = [
    "export let state = 0;",
    "function count() { let local = 0; return local; }",
    'process.chdir("/");',
    'console.log("x");',
  ].join("\n");
  const workspace = workspaceOf({
    [`${alpha}/a.ts`]: text,
    "workspace-plugins/report/src/terminal.ts": 'console.log("x");\n',
  });
  expect(forbiddenStatements(workspace)).toEqual([
    `${alpha}/a.ts:1 → module-level let`,
    `${alpha}/a.ts:3 → process.chdir`,
    `${alpha}/a.ts:4 → console`,
  ]);
});
