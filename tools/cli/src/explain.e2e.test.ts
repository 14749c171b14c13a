import { chmodSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { actionsFolder, definitionsFile, recordActions } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCheckout } from "../test/checkout.ts";
import type { Checkout } from "../test/checkout.ts";
import { openTargets, signThese } from "./workspace-targets.ts";

let checkout: Checkout;

beforeAll(async () => {
  checkout = await openCheckout();
  // Makes Nx's graph; from here on the definitions are stored.
  checkout.slipway(["explain", "codex:image"]);
});
afterAll(() => checkout[Symbol.dispose]());

/** What a run would leave that made these targets, and all that they build on. */
async function succeed(...ids: readonly string[]): Promise<void> {
  const { signal } = new AbortController();
  const targets = await openTargets(checkout.root, signal);
  if (!targets.ok) throw new Error(targets.failure.reason);
  const signed = await signThese(targets.value, ids, signal);
  if (!signed.ok) throw new Error(signed.failure.reason);
  for (const target of signed.value.values()) {
    if (!target.ok) throw new Error(target.failure.reason);
    await recordActions(actionsFolder(checkout.root), [await target.value.action()]);
  }
}

function explain(...args: readonly string[]): readonly string[] {
  const said = checkout.slipway(["explain", ...args]);
  expect([said.code, said.stderr]).toEqual([0, ""]);
  return said.stdout.trimEnd().split("\n").slice(0, -1);
}

function restoring<Value>(act: () => Value): Value {
  try {
    return act();
  } finally {
    checkout.git("checkout", "--quiet", ".");
    checkout.git("clean", "--quiet", "--force", "-d");
  }
}

const base = "examples/bases/debian/base.yml";
const dockerfile = "examples/bases/debian/Dockerfile";
const boot = "examples/agents/codex/install.sh";
const otherDistribution = (text: string) => text.replace(/base_image_distro: .*/, "$& 2");

describe("of the examples, without an engine", () => {
  beforeAll(() => succeed("codex:image", "gemini:image", "boot-check:smoke"));

  test("a target is told to be as at its last success", () => {
    expect(explain("codex:image")).toEqual([
      "codex:image will not run: same work signature as at its last success",
    ]);
  });

  test("a change below is followed to the file that it came in by", () => {
    restoring(() => {
      checkout.edit(base, otherDistribution);
      checkout.edit(boot, (text) => `${text}# one more line\n`);
      expect(explain("codex:image-debian")).toEqual([
        "codex:image-debian will run",
        "  because debian:image changed:",
        `    because ${base} has other content`,
        `  because ${boot} has other content`,
      ]);
      expect(explain("codex:image")).toEqual([
        "codex:image may run: it does where one that it builds on makes other bytes than before",
        "  because codex:image-debian changed:",
        "    because debian:image changed:",
        `      because ${base} has other content`,
        `    because ${boot} has other content`,
      ]);
      expect(explain("gemini:image-debian")).toEqual([
        "gemini:image-debian may run: it does where one that it builds on makes other bytes than before",
        "  because debian:image changed:",
        `    because ${base} has other content`,
      ]);
    });
  });

  test("machines are told the root causes with the way they took", () => {
    restoring(() => {
      checkout.edit(base, otherDistribution);
      const { stdout } = checkout.slipway(["explain", "codex:image", "--json"]);
      const found: unknown = JSON.parse(stdout.replaceAll(/sha256:[0-9a-f]{64}/g, "a digest"));
      expect(found).toEqual({
        schema: 1,
        target: "codex:image",
        verdict: "may-run",
        cached: true,
        signature: { before: "a digest", after: "a digest" },
        causes: [{ via: ["codex:image-debian", "debian:image"], kind: "file-changed", path: base }],
      });
    });
  });

  test("a comment in a definition is no change", () => {
    restoring(() => {
      checkout.edit(
        base,
        (text) =>
          `# A comment.\n${text.replace(/base_image_description: .*/, "base_image_description: other words")}`,
      );
      expect(explain("codex:image")).toEqual([
        "codex:image will not run: same work signature as at its last success",
      ]);
    });
  });

  test("a mode and a salt are told, and no value", () => {
    restoring(() => {
      chmodSync(path.join(checkout.root, dockerfile), 0o755);
      const { stdout } = checkout.slipway(["explain", "debian:image"], {
        SLIPWAY_SALT: "pepper",
      });
      expect(stdout).toContain("SLIPWAY_SALT is another");
      expect(stdout).toContain(`${dockerfile} is executable now`);
      expect(stdout).not.toContain("pepper");
    });
  });

  test("the codes and words of what cannot be explained", () => {
    const unknown = checkout.slipway(["explain", "codex:imgae"]);
    expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
    expect(unknown.stderr).toContain("✗ there is no target codex:imgae with a work signature");
    expect(unknown.stderr).toContain("did you mean  codex:");
    const json = checkout.slipway(["explain", "codex:imgae", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ failure: { reason: "target-not-signed" } });
    expect(checkout.slipway(["explain"]).code).toBe(2);
    expect(checkout.slipway(["explain", "codex:image", "--al"]).code).toBe(2);
  });
});

test("what a run made is what is explained", () => {
  expect(checkout.nx("run", "slugify:pack").code).toBe(0);
  expect(explain("slugify:pack")).toEqual([
    "slugify:pack will not run: same work signature as at its last success",
  ]);
  restoring(() => {
    checkout.write("examples/packages/slugify/more.py", "");
    expect(explain("slugify:pack")).toEqual([
      "slugify:pack will run",
      "  because examples/packages/slugify/more.py is new",
    ]);
    expect(checkout.nx("run", "slugify:pack").code).toBe(0);
    expect(explain("slugify:pack")[0]).toContain("will not run");
  });
  // Back as it was, Nx restores it: the last success is the restored one.
  expect(checkout.nx("run", "slugify:pack").stdout).toContain("1/1 hit");
  expect(explain("slugify:pack")[0]).toContain("will not run");
});

test.each<[string, () => void]>([
  ["a definition is edited", () => checkout.edit(base, (text) => `${text}\n`)],
  ["a definition is added", () => checkout.write("examples/agents/qwen/agent.yml", "name: qwen\n")],
  ["a definition is removed", () => checkout.remove("examples/packages/slugify/aigogo.json")],
  [
    "a project is added that is not ours",
    () => checkout.write("lib/project.json", '{"name":"lib","targets":{"a":{"command":"true"}}}'),
  ],
  [
    "Nx is told to ignore",
    () => checkout.edit(".nxignore", (text) => `${text}examples/agents/gemini\n`),
  ],
  [
    "a plugin is taken out",
    () => checkout.edit("nx.json", (text) => text.replace(',\n    "@slipway/smoke/plugin"', "")),
  ],
  [
    "a plugin's code is edited",
    () =>
      checkout.edit("workspace-plugins/processes/src/plugin.ts", (text) =>
        text.replace(
          '"{projectRoot}/**/*.lua"',
          '"{projectRoot}/**/*.lua", "{projectRoot}/*.json"',
        ),
      ),
  ],
  ["a source is edited", () => checkout.edit(boot, (text) => `${text}\n`)],
])("stored definitions are those that Nx would give when %s", (_, edit) => {
  restoring(() => {
    const file = definitionsFile(checkout.root);
    checkout.slipway(["explain", "debian:image"]);
    edit();
    checkout.slipway(["explain", "debian:image"]);
    const stored = readFileSync(file, "utf8");
    rmSync(file);
    rmSync(path.join(checkout.root, ".nx"), { recursive: true });
    checkout.slipway(["explain", "debian:image"]);
    expect(readFileSync(file, "utf8")).toBe(stored);
  });
});
