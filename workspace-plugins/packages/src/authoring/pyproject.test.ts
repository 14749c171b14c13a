import { describe, expect, test } from "vitest";
import { readPyproject } from "./pyproject.ts";
import { dependencyOf } from "./requirement.ts";

function needs(text: string) {
  const read = readPyproject("pyproject.toml", text);
  if (!read.ok) return read.failure;
  const lines = read.value.declared.map(
    (one) => `${one.kind} ${one.package} ${one.version}${one.optional === true ? " optional" : ""}`,
  );
  return { python: read.value.python, declared: lines, leftOut: read.value.leftOut };
}

// The examples of PEP 508, and what its grammar forbids.
test.for([
  ["A", "A", "*"],
  ["A.B-C_D", "A.B-C_D", "*"],
  ["aa", "aa", "*"],
  ["name", "name", "*"],
  ["name<=1", "name", "<=1"],
  ["name>=3,<2", "name", ">=3,<2"],
  ["name (>=3,<4)", "name", ">=3,<4"],
  ["name~=1.4.2", "name", "~=1.4.2"],
  [
    "name[quux, strange];python_version<'2.7' and platform_version=='2'",
    "name[quux,strange]",
    "*; python_version<'2.7' and platform_version=='2'",
  ],
  [
    "name; os_name=='a' or (os_name=='b' and os_name=='c')",
    "name",
    "*; os_name=='a' or (os_name=='b' and os_name=='c')",
  ],
  [
    'requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < "2.7"',
    "requests[security,tests]",
    '>=2.8.1,==2.8.*; python_version < "2.7"',
  ],
] as const)("%s", ([text, name, version]) => {
  expect(dependencyOf(text)).toEqual({ package: name, version });
});

test.for([
  "",
  "name @ http://foo.example",
  "bad name",
  "name>=",
  "name>=x.y",
  "name; nonsense",
  "-r other.txt",
  "name # remark",
  "name==1 --hash=sha256:00",
  "./folder",
])("%j is no name and version", (text) => expect(dependencyOf(text)).toBeUndefined());

describe("pyproject.toml", () => {
  test("of PEP 621: extras for developing are for developing, others are optional", () => {
    expect(
      needs(`
[project]
requires-python = ">=3.9,<4"
dependencies = ["requests[socks]>=2", "tomli; python_version < '3.11'"]
[project.optional-dependencies]
fast = ["orjson~=3.0"]
test = ["pytest"]
Docs = ["sphinx"]
`),
    ).toEqual({
      python: ">=3.9,<4",
      declared: [
        "runtime requests[socks] >=2",
        "runtime tomli *; python_version < '3.11'",
        "runtime orjson ~=3.0 optional",
        "dev pytest *",
        "dev sphinx *",
      ],
      leftOut: [],
    });
  });

  test("with groups of PEP 735, which may include each other", () => {
    expect(
      needs(`
[dependency-groups]
test = ["pytest>8", { include-group = "lint" }]
lint = ["ruff", { include-group = "test" }]
`),
    ).toMatchObject({ declared: ["dev pytest >8", "dev ruff *"] });
  });

  test("of Poetry: versions as they stand, tables with extras, markers and Python", () => {
    expect(
      needs(`
[tool.poetry.dependencies]
python = "^3.9"
flask = "^2.0"
uvicorn = { version = ">=0.2", extras = ["standard"], optional = true }
pywin = { version = "*", markers = "sys_platform == 'win32'", python = "<3.12" }
back = { version = "1.0", python = "^3.8" }
local = { path = "../local" }
both = [{ version = "1" }, { version = "2" }]
[tool.poetry.dev-dependencies]
black = "*"
[tool.poetry.group.test.dependencies]
pytest = "^8"
[tool.poetry.group.ml.dependencies]
numpy = ">=1"
`),
    ).toEqual({
      python: "^3.9",
      declared: [
        "runtime flask ^2.0",
        "runtime uvicorn[standard] >=0.2 optional",
        "runtime pywin *; (sys_platform == 'win32') and python_version < '3.12'",
        "runtime back 1.0; python_version >= '3.8' and python_version < '4'",
        "dev black *",
        "dev pytest ^8",
        "runtime numpy >=1",
      ],
      leftOut: ["local", "both"],
    });
  });

  test("of both: Poetry's own list says nothing new where the project has one", () => {
    expect(
      needs(`
[project]
dependencies = ["flask>=2"]
[tool.poetry.dependencies]
flask = { source = "mirror" }
[tool.poetry.group.dev.dependencies]
black = "^24"
`),
    ).toMatchObject({ declared: ["runtime flask >=2", "dev black ^24"], leftOut: [] });
  });

  test("that names a thing twice counts it once", () => {
    const text = `[project]\ndependencies = ["a-b>=1"]\n[project.optional-dependencies]\nx = ["A_B>=2"]\n`;
    expect(needs(text)).toMatchObject({ declared: ["runtime a-b >=1"] });
  });

  test("that is broken is told with its line", () => {
    expect(needs("[project]\nname = \n")).toMatchObject({ reason: "pyproject-invalid", line: 2 });
    expect(needs("[project]\ndependencies = 1\n")).toMatchObject({ reason: "pyproject-invalid" });
    expect(needs("[build-system]\n")).toMatchObject({ reason: "pyproject-without-dependencies" });
  });
});
