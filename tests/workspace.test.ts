import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.join(import.meta.dirname, "..");

function textOf(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

function make(...words: readonly string[]): string {
  return execFileSync("make", ["--no-print-directory", ...words], { cwd: root, encoding: "utf8" });
}

type Locked = {
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const { packages } = JSON.parse(textOf("package-lock.json")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** Where npm looks for `name` from the package at `location`, nearest first. */
function places(location: string, name: string): readonly string[] {
  const parts = location === "" ? [] : location.split("/node_modules/");
  return parts
    .map(
      (_, depth) =>
        `${parts.slice(0, parts.length - depth).join("/node_modules/")}/node_modules/${name}`,
    )
    .concat(`node_modules/${name}`);
}

test("package-lock.json holds every optional package of every platform", () => {
  const missing = Object.entries(packages).flatMap(([location, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !places(location, name).some((place) => place in packages))
      .map((name) => `${location === "" ? "the workspace" : location} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

test("every platform gets the same Node, with its digest in the lock", () => {
  const { optionalDependencies } = JSON.parse(textOf("package.json")) as Required<Locked>;
  expect([...new Set(Object.values(optionalDependencies))]).toEqual([process.versions.node]);
  const loose = Object.keys(optionalDependencies).filter(
    (name) => packages[`node_modules/${name}`]?.integrity === undefined,
  );
  expect(loose).toEqual([]);
});

describe("nx.json", () => {
  const nx = JSON.parse(textOf("nx.json")) as Readonly<Record<string, unknown>>;

  test("keeps the cache inside the checkout", () => {
    const folder = path.relative(root, path.resolve(root, String(nx["cacheDirectory"])));
    expect(folder).toBe(path.join(".nx", "cache"));
    expect(textOf(".gitignore").split("\n")).toContain(".nx/");
  });

  test("asks nobody outside", () => {
    expect(nx["analytics"]).toBe(false);
    expect(nx["neverConnectToCloud"]).toBe(true);
    expect(textOf(".env").split("\n")).toContain("NX_USE_LOCAL=true");
  });
});

test("make help lists the ten words, each with a sentence", () => {
  const words = make("help")
    .trimEnd()
    .split("\n")
    .map((line) => /^make ([a-z]+) +[A-Z].*\.$/.exec(line)?.[1]);
  expect(words).toEqual(
    "setup run images test check bench engine rootfs smoke ci clean".split(" "),
  );
});

test("make without a word prints the help", () => {
  expect(make()).toBe(make("help"));
});

test("ARCHITECTURE.md has fewer than 150 lines", () => {
  expect(textOf("ARCHITECTURE.md").split("\n").length).toBeLessThan(150);
});

/** A Node on PATH, outside of node_modules, that cannot read TypeScript. */
function oldNode(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders
    .filter((folder) => folder !== "" && !folder.includes("node_modules"))
    .map((folder) => path.join(folder, "node"))
    .filter((file) => existsSync(file))
    .find((file) => {
      const asked = spawnSync(file, ["--print", "Boolean(process.features.typescript)"], {
        encoding: "utf8",
      });
      return asked.stdout.trim() === "false";
    });
}

describe("under a Node that cannot read TypeScript", () => {
  const node = oldNode();
  const plugins = globSync("{workspace-plugins,tools}/*/plugin.cjs", { cwd: root }).toSorted();

  test.for(plugins)(
    "%s says which Node it needs, which it has, and what to type",
    (plugin, { skip }) => {
      if (node === undefined) skip("every Node on PATH reads TypeScript");
      const run = spawnSync(node ?? "", [path.join(root, plugin)], { encoding: "utf8" });
      expect(run.status).toBe(1);
      expect(run.stderr).toMatch(
        /Error: @slipway\/\S+ needs Node >= 22\.18 and runs on v\S+ \(.+\); start Nx with "npx nx"/,
      );
    },
  );
});
