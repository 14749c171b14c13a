import { describe, expect, test } from "vitest";
import { formatManifest } from "./manifest-shape.ts";
import { parseManifestSource, parsePackageManifest } from "./manifest.ts";

function problems(text: string): readonly string[] {
  const read = parseManifestSource("aigogo.json", text);
  if (read.ok) return [];
  if (read.failure.reason !== "package-file-invalid") throw new Error(read.failure.reason);
  return read.failure.problems.map(({ at, message }) => {
    const shown = text.slice(at.offset, at.offset + at.length);
    return `${message} | ${shown}`;
  });
}

function sourceOf(text: string) {
  const source = parseManifestSource("aigogo.json", text);
  if (!source.ok) throw new Error(JSON.stringify(source.failure));
  return source.value;
}

const whole = { name: "demo", version: "1.0.0", language: { name: "python", version: ">=3.8" } };
const withField = (field: object) => JSON.stringify({ ...whole, ...field });

describe("a manifest is read as Go reads it", () => {
  test("a key counts in any case", () => {
    const { value } = sourceOf(`{"NAME":"demo","Version":"1.0.0","language":{"Name":"python"}}`);
    expect(value).toMatchObject({ name: "demo", version: "1.0.0", language: { name: "python" } });
  });

  test("of two equal keys the last counts, and objects are joined", () => {
    const { value } = sourceOf(
      `{"name":"a","Name":"b","version":"1","language":{"name":"go","version":"1.22"},"language":{"name":"rust"}}`,
    );
    expect(value).toMatchObject({ name: "b", language: { name: "rust", version: "1.22" } });
  });

  test("null sets nothing", () => {
    const { value } = sourceOf(withField({ dependencies: null, scripts: null, files: null }));
    expect([value.dependencies, value.scripts, value.files]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("save in a list, a map or what is a pointer, where it takes back what was said", () => {
    const { value } = sourceOf(
      withField({ files: { include: "auto", exclude: ["a"] } }).replace(
        /\}$/,
        ',"FILES":{"EXCLUDE":null,"Include":null},"language":{"version":null},"name":null}',
      ),
    );
    expect([value.files, value.language, value.name]).toEqual([{}, whole.language, "demo"]);
  });

  test("the names of scripts are no keys of ours", () => {
    const { value } = sourceOf(withField({ scripts: { Name: "a.py", name: "b.py" } }));
    expect(value.scripts).toEqual({ Name: "a.py", name: "b.py" });
  });

  test("a key that nobody knows does no harm", () => {
    expect(problems(withField({ lint: { strict: true } }))).toEqual([]);
  });
});

describe("what is wrong is told in aigg's words, with its place", () => {
  test.for([
    [{}, ["name is required | {}", "version is required | {}", "language.name is required | {}"]],
    [{ ...whole, name: "" }, ['name is required | ""']],
    [{ ...whole, language: {} }, ["language.name is required | {}"]],
    [
      { ...whole, language: { name: "typescript" } },
      ['unsupported language: typescript (supported: [python javascript go rust]) | "typescript"'],
    ],
    [
      { ...whole, language: { name: "go" }, dependencies: {} },
      ['language.version is required when dependencies are specified | {"name":"go"}'],
    ],
    [{ ...whole, scripts: { "": "a.py" } }, ['script name cannot be empty | "a.py"']],
    [{ ...whole, scripts: { run: "" } }, ['script file path cannot be empty for run | ""']],
    [
      { ...whole, dependencies: { runtime: [{ version: "1" }] } },
      ['dependency package name is required | {"version":"1"}'],
    ],
    [
      { ...whole, dependencies: { dev: [{ package: "pytest" }] } },
      ['dev dependency version is required for pytest | {"package":"pytest"}'],
    ],
    [{ ...whole, files: "auto" }, ['files is an object: {"include":"auto"} | "auto"']],
    [{ ...whole, files: ["a.py"] }, ['files is an object: {"include":["a.py"]} | ["a.py"]']],
    [{ ...whole, author: 3 }, ["author: Invalid input: expected string, received number | 3"]],
  ] as const)("%j", ([manifest, expected]) => {
    expect(problems(JSON.stringify(manifest))).toEqual(expected);
  });

  test("in its line and column", () => {
    const text = `{\n  "name": "demo",\n  "version": 1,\n  "language": { "name": "python" }\n}\n`;
    expect(parseManifestSource("aigogo.json", text)).toMatchObject({
      failure: { problems: [{ line: 3, column: 14 }] },
    });
  });

  test("what is nested without end is a problem and no crash", () => {
    const deep = `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(problems(deep)).toEqual(["nested too deep | {"]);
  });

  test("a name that no repository can have is only in the way of a push", () => {
    expect(problems(withField({ name: "MyUtils" }))).toEqual([]);
    expect(parsePackageManifest("aigogo.json", withField({ name: "MyUtils" }))).toMatchObject({
      failure: { problems: [{ message: "a name is lower-case letters, digits and . _ -" }] },
    });
  });
});

describe("a manifest is saved as aigg saves it", () => {
  test("in the order of its struct, with what is empty left out or filled in", () => {
    const text = JSON.stringify({
      files: { exclude: [], include: "auto" },
      author: "",
      version: "1.0.0",
      Name: "demo",
      language: { version: ">=3.8,<4.0", runtime: "", name: "python" },
      dependencies: { dev: [], runtime: [{ optional: false, version: "<2&>1", package: "a" }] },
      scripts: { z: "z.py", a: "a.py" },
      ai: { usage: "" },
    });
    // Written by hand after spec 1.1, and by a Go program with the same struct.
    expect(formatManifest(sourceOf(text).source)).toBe(`{
  "name": "demo",
  "version": "1.0.0",
  "language": {
    "name": "python",
    "version": ">=3.8,<4.0"
  },
  "dependencies": {
    "runtime": [
      {
        "package": "a",
        "version": "<2&>1"
      }
    ]
  },
  "files": {
    "include": "auto"
  },
  "scripts": {
    "a": "a.py",
    "z": "z.py"
  },
  "metadata": {},
  "ai": {
    "summary": "",
    "capabilities": null
  }
}
`);
  });

  test("and keys that aigg would drop stay, behind the others", () => {
    const text = withField({ lint: { b: 1, a: [] }, language: { level: 3, name: "go" } });
    const saved = formatManifest(sourceOf(text).source);
    expect(JSON.parse(saved)).toEqual({
      ...whole,
      language: { name: "go", version: "", level: 3 },
      files: {},
      metadata: {},
      lint: { b: 1, a: [] },
    });
    expect(saved).toMatch(
      /"metadata": \{\},\n {2}"lint": \{\n {4}"b": 1,\n {4}"a": \[\]\n {2}\}\n\}\n$/,
    );
  });

  test("twice alike", () => {
    const once = formatManifest(sourceOf(withField({ lint: "\u2028" })).source);
    expect(once).toContain(String.raw`"lint": "\u2028"`);
    expect(formatManifest(sourceOf(once).source)).toBe(once);
  });
});
