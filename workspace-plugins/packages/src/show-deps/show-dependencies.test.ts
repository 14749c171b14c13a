import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentOf, integrityOf } from "../content.ts";
import { formatLock } from "../lock.ts";
import type { LockedPackage } from "../lock.ts";
import { isPackageKey } from "../package-name.ts";
import { isPackagePath } from "../package-path.ts";
import { stockContent } from "../stock.ts";
import { storeIn } from "../store-place.ts";
import { npmRange, npmRangesTogether } from "./npm-range.ts";
import { pythonRange, pythonRangesMeet } from "./python-range.ts";
import { showDependencies } from "./show-dependencies.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-deps-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const python = {
  name: "text-tools",
  version: "1.0.0",
  language: { name: "python", version: ">=3.8,<4.0" },
  dependencies: {
    runtime: [
      { package: "requests", version: ">=2.31.0,<3.0.0" },
      { package: "rich", version: "^13.2", optional: true },
      { package: "anything", version: "*" },
    ],
    dev: [{ package: "pytest", version: ">=8" }],
  },
};
const javascript = {
  name: "js-tools",
  version: "0.2.0",
  language: { name: "javascript", version: ">=20" },
  dependencies: { runtime: [{ package: "zod", version: ">=3,<5" }], dev: [] },
};

async function show(manifest: unknown, format: string, pyproject?: string): Promise<unknown> {
  writeFileSync(path.join(folder, "aigogo.json"), JSON.stringify(manifest));
  const options = { path: folder, format, store: storeIn(folder), pyproject };
  const shown = await showDependencies(options);
  return shown.ok ? shown.value.text : shown.failure;
}

const lines = (...all: readonly string[]) => `${all.join("\n")}\n`;

describe("a package's dependencies", () => {
  test("as text", async () => {
    expect(await show(python, "TEXT")).toBe(
      lines(
        "Package: text-tools",
        "Version: 1.0.0",
        "Language: python >=3.8,<4.0",
        "",
        "Runtime Dependencies (3):",
        "  • requests >=2.31.0,<3.0.0",
        "  • rich ^13.2 (optional)",
        "  • anything *",
        "",
        "Development Dependencies (1):",
        "  • pytest >=8",
      ),
    );
    const none = { ...python, dependencies: undefined };
    expect(await show(none, "text")).toContain("\n\nNo dependencies declared\n");
  });

  const groups = [
    "[project.optional-dependencies]",
    "aigogo = [",
    '    "requests>=2.31.0,<3.0.0",',
    '    "rich>=13.2,<14",',
    '    "anything",',
    "]",
    "aigogo-dev = [",
    '    "pytest>=8",',
    "]",
  ];
  const head = [
    "# Add these to your pyproject.toml",
    "# Install with: pip install -e '.[aigogo]' or pip install -e '.[aigogo,aigogo-dev]'",
    "",
  ];

  test.for(["pyproject", "pep621"])("as %s", async (format) => {
    const project = ["[project]", 'requires-python = ">=3.8,<4.0"', ""];
    expect(await show(python, format)).toBe(lines(...head, ...project, ...groups));
  });

  test("for a pyproject.toml that has a project already", async () => {
    expect(await show(python, "pyproject", '[project]\nname = "x"\n')).toBe(
      lines(...head, ...groups),
    );
  });

  test("as poetry, with its own shorthands", async () => {
    expect(await show(python, "poetry")).toBe(
      lines(
        "# Add these to your pyproject.toml",
        "# Install with: poetry install --with aigogo or poetry install --with aigogo,aigogo-dev",
        "",
        "[tool.poetry.dependencies]",
        'python = ">=3.8,<4.0"',
        "",
        "[tool.poetry.group.aigogo.dependencies]",
        'requests = ">=2.31.0,<3.0.0"',
        'rich = "^13.2"',
        'anything = "*"',
        "",
        "[tool.poetry.group.aigogo-dev.dependencies]",
        'pytest = ">=8"',
      ),
    );
  });

  test.for(["requirements", "pip"])("as %s", async (format) => {
    expect(await show(python, format)).toBe(
      lines(
        "# aigogo-managed runtime dependencies",
        "# To remove: delete these entries and uninstall the packages",
        "requests>=2.31.0,<3.0.0",
        "rich>=13.2,<14",
        "anything",
      ),
    );
  });

  test.for(["npm", "package-json"])("as %s", async (format) => {
    expect(await show(javascript, format)).toBe(
      lines(
        "{",
        '  "dependencies": {',
        '    "zod": ">=3 <5"',
        "  },",
        '  "aigogo": {',
        '    "managedDependencies": ["zod"]',
        "  }",
        "}",
      ),
    );
  });

  test("as yarn", async () => {
    expect(await show(javascript, "yarn")).toBe(
      lines(
        "# aigogo-managed dependencies",
        '# To remove: uninstall these packages and delete the "aigogo" key from package.json',
        'yarn add "zod@>=3 <5"',
      ),
    );
  });

  test("in no format of another language, nor in one that nobody knows", async () => {
    const file = path.join(folder, "aigogo.json");
    expect(await show(python, "npm")).toEqual({
      reason: "format-of-other-language",
      format: "npm",
      file,
      language: "python",
    });
    expect(await show(python, "conda")).toMatchObject({ reason: "format-unknown" });
  });

  test("that no reader would take is told, with who wants it", async () => {
    const dependencies = { runtime: [{ package: "requests", version: ">=1 || <0" }] };
    expect(await show({ ...python, dependencies }, "pip")).toEqual({
      reason: "dependency-unreadable",
      name: "requests",
      constraint: ">=1 || <0",
      wantedBy: "text-tools",
      ecosystem: "python",
    });
  });

  test("that would be a line of its own, which pip takes for an option, is told", async () => {
    const version = ">=1; python_version > '3\n--index-url http://elsewhere.example/'";
    const dependencies = { runtime: [{ package: "requests", version }] };
    for (const format of ["pip", "pyproject", "poetry"]) {
      expect(await show({ ...python, dependencies }, format)).toMatchObject({
        reason: "dependency-unreadable",
        name: "requests",
      });
    }
  });

  test("whose name is none is told: it could be an option of pip's", async () => {
    for (const name of ["--index-url=x", "a b", "a\n-r x", "git+https://elsewhere.example/x"]) {
      const dependencies = { runtime: [{ package: name, version: "*" }] };
      expect(await show({ ...python, dependencies }, "pip")).toMatchObject({
        reason: "dependency-unreadable",
      });
    }
  });
});

describe("the dependencies of a lock", () => {
  async function lockOf(
    manifests: readonly (typeof python | typeof javascript)[],
  ): Promise<string> {
    const packages: LockedPackage[] = [];
    for (const manifest of manifests) {
      const { name, version } = manifest;
      const language = manifest.language.name === "python" ? "python" : "javascript";
      const key = language === "python" ? name.replaceAll("-", "_") : name;
      const file = "aigogo.json";
      if (!isPackageKey(key, language) || !isPackagePath(file)) throw new Error(name);
      const files = [{ path: file, bytes: Buffer.from(JSON.stringify(manifest)) }];
      const content = contentOf(files, { name, version, language });
      const integrity = integrityOf(content);
      await stockContent(storeIn(folder), content, new AbortController());
      const source = `registry.example/team/${name}:${version}`;
      packages.push({ key, version, integrity, source, language, files: [file] });
    }
    const lockFile = path.join(folder, "aigogo.lock");
    writeFileSync(lockFile, formatLock({ packages }));
    return lockFile;
  }
  const showLock = async (lockFile: string, format: string) => {
    const options = { path: lockFile, format, store: storeIn(folder), pyproject: undefined };
    const shown = await showDependencies(options);
    return shown.ok ? shown.value.text : shown.failure;
  };
  const wanting = (name: string, version: string) => ({
    ...python,
    name,
    dependencies: { runtime: [{ package: "Requests", version }], dev: [] },
  });

  test("are those of its packages of the format's language, each once", async () => {
    const lockFile = await lockOf([python, javascript, wanting("more", "!=2.32.0")]);
    expect(await showLock(lockFile, "requirements")).toContain(
      "\nRequests!=2.32.0,>=2.31.0,<3.0.0\n",
    );
    expect(await showLock(lockFile, "npm")).toContain('"zod": ">=3 <5"');
  });

  test("that cannot all be met are told with who wants what", async () => {
    const lockFile = await lockOf([wanting("old", "<2"), wanting("young", ">=2")]);
    expect(await showLock(lockFile, "requirements")).toEqual({
      reason: "dependencies-conflict",
      name: "Requests",
      wanted: [
        { wantedBy: "old", constraint: "<2" },
        { wantedBy: "young", constraint: ">=2" },
      ],
    });
  });

  const needing = (name: string, runtime: readonly (readonly [string, string])[]) => ({
    ...python,
    name,
    dependencies: {
      runtime: runtime.map(([one, version]) => ({ package: one, version })),
      dev: [],
    },
  });

  test("with extras and markers are one line for each marker", async () => {
    const early = "python_version<'3.9'";
    const lockFile = await lockOf([
      needing("one", [
        ["httpx[http2]", "^0.27"],
        ["numpy", `<2; ${early}`],
      ]),
      needing("two", [
        ["HTTPX[socks, http2]", "<0.28"],
        ["numpy", ">=1.20"],
      ]),
    ]);
    expect(await showLock(lockFile, "requirements")).toBe(
      lines(
        "# aigogo-managed runtime dependencies",
        "# To remove: delete these entries and uninstall the packages",
        "httpx[http2,socks]>=0.27,<0.28",
        `numpy<2; ${early}`,
        "numpy>=1.20",
      ),
    );
    expect(await showLock(lockFile, "poetry")).toContain(
      lines(
        'httpx = { version = ">=0.27,<0.28", extras = ["http2", "socks"] }',
        `numpy = [{ version = "<2", markers = "${early}" }, ">=1.20"]`,
      ),
    );
  });

  test("conflict where a marker's range does not meet what is wanted always", async () => {
    const lockFile = await lockOf([
      needing("one", [["numpy", "<2; os_name=='nt'"]]),
      needing("two", [["numpy", ">=2"]]),
      needing("other", [["numpy", ">=3; os_name=='posix'"]]),
    ]);
    expect(await showLock(lockFile, "pip")).toMatchObject({ reason: "dependencies-conflict" });
  });

  test("need what is locked to be in the store", async () => {
    const lockFile = await lockOf([python]);
    rmSync(storeIn(folder).folder, { recursive: true, force: true });
    expect(await showLock(lockFile, "pip")).toEqual({
      reason: "package-not-installed",
      lockFile,
      key: "text_tools",
      state: "missing",
    });
  });
});

test.for([
  ["*", ""],
  ["latest", ""],
  ["1.2", "==1.2"],
  ["^1.2.3", ">=1.2.3,<2"],
  ["^0.2.3", ">=0.2.3,<0.3"],
  ["^0.0.3", ">=0.0.3,<0.0.4"],
  ["~1.2.3", ">=1.2.3,<1.3"],
  ["~1", ">=1,<2"],
  ["~=1.4.2", "~=1.4.2"],
  ["1.2.x", "==1.2.*"],
  [">=1, <2", ">=1,<2"],
  [">=1; python_version < '3.9'", ">=1; python_version < '3.9'"],
  [
    '*; ("a" in extra or os_name=="nt") and sys_platform not in "win32"',
    '; ("a" in extra or os_name=="nt") and sys_platform not in "win32"',
  ],
  [">=1; python_version", undefined],
  [">=1; python < '3'", undefined],
  [">=1; (os_name == 'nt'", undefined],
  [">=1; os_name == 'nt' or", undefined],
  [">=1; os_name == 'nt'; x", undefined],
  ["not a version", undefined],
] as const)("%s is %s for pip", ([constraint, expected]) => {
  expect(pythonRange(constraint)).toBe(expected);
});

test.for([
  ["*", "*"],
  ["", "*"],
  ["^1.2.0", "^1.2.0"],
  [">=1,<2", ">=1 <2"],
  ["==1.2.3", "1.2.3"],
  ["~=1.4.2", ">=1.4.2 <1.5"],
  ["!=1.2.3", undefined],
  ["1 || 2", "1 || 2"],
] as const)("%s is %s for npm", ([constraint, expected]) => {
  expect(npmRange(constraint)).toBe(expected);
});

test.for([
  [true, [">=1", "<2"]],
  [true, [">1", "<1.0.1"]],
  [true, ["==1.2.*", "!=1.2.0"]],
  [true, ["==1.2.*"]],
  [false, ["<2", ">=2"]],
  [false, ["==1", "==2"]],
  [true, ["<1", "!=0"]],
] as const)("it is %s that %j meet for pip", ([meet, ranges]) => {
  expect(pythonRangesMeet(ranges)).toBe(meet);
});

test.for([
  [["^1.2.0", "*", "^1.2.0"], "^1.2.0"],
  [["^1.2.0", ">=1.5"], "^1.2.0 >=1.5"],
  [["^1.5.0", "1 || 2"], "^1.5.0 1"],
  [["1 || 2", "2 || 3"], "2 2"],
  [["1.2 - 1.4", "^1.3.0"], ">=1.2.0 <1.5.0-0 ^1.3.0"],
  [["^1.2.0", "^2.0.0"], undefined],
  [["*", "*"], "*"],
] as const)("%j are together %s for npm", ([ranges, together]) => {
  expect(npmRangesTogether(ranges)).toBe(together);
});
