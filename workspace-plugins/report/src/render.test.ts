import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail, ok } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Failure } from "./failures.ts";
import { renderFailure, renderResult } from "./render.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-render-"));
  file = path.join(folder, "base.yml");
});
afterEach(async () => rm(folder, { recursive: true }));

/** A definition that is wrong where it says `marked`. */
async function wrongAt(text: string, marked: string, length = marked.length): Promise<Failure> {
  await writeFile(file, text);
  const offset = text.indexOf(marked);
  const line = text.slice(0, offset).split("\n").length;
  const column = offset - text.lastIndexOf("\n", offset - 1);
  const problem = { message: "no such thing", at: { file, offset, length }, line, column };
  return { reason: "definition-invalid", file, problems: [problem] };
}

/** The line of the file and the squiggle under it. */
async function marks(text: string, marked: string, length?: number): Promise<readonly string[]> {
  const lines = renderFailure(await wrongAt(text, marked, length)).split("\n");
  return lines.slice(2, 4);
}

describe("renderFailure", () => {
  it("prints what happened, where with a squiggle, and the facts in a column", async () => {
    const failure = await wrongAt("a: 1\narchitectures: [amd64, riscv]\n", "riscv");
    expect(renderFailure(failure)).toBe(
      [
        `✗ ${file} is not what it has to be`,
        `  at ${file}:2:24`,
        "    architectures: [amd64, riscv]",
        "                           ~~~~~",
        `  ${file}:2:24  no such thing`,
        "  → mend the file and run the same command again",
        "",
      ].join("\n"),
    );
  });

  it("shows of a long line what is around the place", async () => {
    expect(await marks(`${"a".repeat(5000)}wrong${"b".repeat(5000)}`, "wrong")).toEqual([
      `    ${"a".repeat(120)}wrong${"b".repeat(115)}`,
      `    ${" ".repeat(120)}~~~~~`,
    ]);
  });

  it("finds a file that is named from the workspace's root from a folder below it too", async () => {
    await mkdir(path.join(folder, "deep/er"), { recursive: true });
    const failure = await wrongAt("a: 1\n", "1");
    const named = JSON.parse(JSON.stringify(failure).replaceAll(file, "base.yml")) as Failure;
    const render = `import(${JSON.stringify(import.meta.resolve("./render.ts"))}).then(({ renderFailure }) =>
      process.stdout.write(renderFailure(${JSON.stringify(named)})))`;
    const cwd = path.join(folder, "deep/er");
    const told = execFileSync(process.execPath, ["-e", render], { cwd, encoding: "utf8" });
    expect(told.split("\n").slice(1, 4)).toEqual(["  at base.yml:1:4", "    a: 1", "       ~"]);
  });

  it("prints facts aligned and what to do under them", () => {
    const failure: Failure = {
      reason: "engine-absent",
      endpoint: "unix:///var/run/docker.sock",
      detail: "connect ENOENT",
    };
    expect(renderFailure(failure)).toBe(
      [
        "✗ there is no container engine",
        "  endpoint  unix:///var/run/docker.sock",
        "  answer    connect ENOENT",
        "  → make engine starts one (it needs root); or set DOCKER_HOST to an engine that you may use",
        "",
      ].join("\n"),
    );
  });

  it("puts the lines of a fact under one another, and leaves out a fact that is empty", () => {
    const failed = { reason: "command-failed", command: "make", end: "2" } as const;
    expect(renderFailure({ ...failed, output: "one\ntwo\n" })).toBe(
      "✗ the command ended with 2\n  command     make\n  last lines  one\n              two\n",
    );
    expect(renderFailure({ ...failed, output: "" }, "app:build")).toBe(
      "✗ app:build: the command ended with 2\n  command  make\n",
    );
    const outputs = ["dist/a", "dist/b"];
    expect(
      renderFailure({ reason: "outputs-missing", command: "make", outputs })
        .split("\n")
        .slice(1, 4),
    ).toEqual(["  command   make", "  not made  dist/a", "            dist/b"]);
  });

  it("marks what is on the line only, and at least one column", async () => {
    expect(await marks("a: b\nc: d\n", "b", 6)).toEqual(["    a: b", "       ~"]);
    expect(await marks("a: b", "b", 0)).toEqual(["    a: b", "       ~"]);
  });

  it("marks the right columns behind tabs and wide characters, and in a file of Windows", async () => {
    expect(await marks("\ta: b\r\n", "b")).toEqual(["    \\x09a: b", "           ~"]);
    expect(await marks("名前: b\n", "b")).toEqual(["    名前: b", "          ~"]);
    expect(await marks("a: 名前\r\n", "名前")).toEqual(["    a: 名前", "       ~~~~"]);
  });

  it("names a file that is gone", async () => {
    const failure = await wrongAt("a: b", "b");
    await rm(file);
    expect(renderFailure(failure).split("\n")[1]).toBe(`  at ${file}`);
  });

  it("shows control characters wherever they come from", async () => {
    const failure: Failure = {
      reason: "definition-invalid",
      file: "a\u001b[2J.yml",
      problems: [
        {
          message: "\u0007bell and \u009b31m red",
          at: { file: "a\u001b[2J.yml", offset: 0, length: 1 },
          line: 1,
          column: 1,
        },
      ],
    };
    expect(renderFailure(failure)).toBe(
      [
        "✗ a\\x1b[2J.yml is not what it has to be",
        "  at a\\x1b[2J.yml",
        "  a\\x1b[2J.yml:1:1  \\x07bell and \\u009b31m red",
        "  → mend the file and run the same command again",
        "",
      ].join("\n"),
    );
    expect(await marks("a: \u001b[31mb\n", "b")).toEqual(["    a: \\x1b[31mb", "               ~"]);
  });
});

describe("renderResult", () => {
  it("prints what was done and what was not, each with its cause and facts", () => {
    const facts = { image: "slipway/codex:debian", id: "0123456789ab" };
    expect(renderResult(ok({ state: "done", cause: "image-built", facts }))).toBe(
      "✓ done: built\n  image  slipway/codex:debian\n  id     0123456789ab\n",
    );
    expect(renderResult(ok({ state: "unchanged", cause: "image-in-engine", facts: {} }))).toBe(
      "= unchanged: the engine has it\n",
    );
  });

  it("prints a failure like any other", () => {
    const failure: Failure = { reason: "options-invalid", problems: ["a: wrong", "b: wrong"] };
    expect(renderResult(fail(failure))).toBe(renderFailure(failure));
    expect(renderFailure(failure)).toBe(
      [
        "✗ the options of this target are not what its executor takes",
        "  1  a: wrong",
        "  2  b: wrong",
        "  → look at the schema: npx nx show target <project>:<target>",
        "",
      ].join("\n"),
    );
  });
});

describe("what may be a mistake in a bundle", () => {
  it("is told in words where it stands; what is no doubt stays as it is", () => {
    const facts = {
      code: "0123456789ab",
      handlers: "global-unknown x",
      doubts: 3,
      "ao/a.lua:1:2": "require-computed",
      "ao/a.lua:3:4": "module-circle a.lua -> b.lua -> a.lua",
      "ao/a.lua:5:6": "global-of-other-lua unpack: table.unpack",
    };
    expect(renderResult(ok({ state: "done", cause: "lua-bundled", facts }))).toBe(
      [
        "✓ done: bundled",
        "  code          0123456789ab",
        "  handlers      global-unknown x",
        "  doubts        3",
        "  ao/a.lua:1:2  the name of a module is computed: its file is in the bundle only if something else requires it",
        "  ao/a.lua:3:4  a circle that is closed when a function is called: a.lua -> b.lua -> a.lua",
        "  ao/a.lua:5:6  a global of another Lua than 5.3: unpack: table.unpack",
        "",
      ].join("\n"),
    );
  });
});
