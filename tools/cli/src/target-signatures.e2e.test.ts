import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCheckout } from "../test/checkout.ts";
import type { Checkout } from "../test/checkout.ts";

let checkout: Checkout;
const written = "examples/pipeline/dist/signatures.json";

beforeAll(async () => {
  checkout = await openCheckout();
});
afterAll(() => checkout[Symbol.dispose]());

function signatures(...ids: readonly string[]): ReadonlyMap<string, string | undefined> {
  const said = checkout.slipway(["signature", ...ids]);
  expect([said.code, said.stderr]).toEqual([0, ""]);
  const lines = said.stdout.trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [id = "", digest] = line.split(/ +/);
      return [id, digest];
    }),
  );
}

function folders(...kinds: readonly string[]): readonly string[] {
  return kinds.flatMap((kind) => readdirSync(path.join(checkout.root, "examples", kind)));
}

test("all targets are printed, and those that are named", () => {
  const all = signatures();
  const images = folders("agents", "bases").map((name) => `${name}:image`);
  const packs = folders("packages").map((name) => `${name}:pack`);
  expect([...all.keys()]).toEqual(expect.arrayContaining([...images, ...packs]));
  expect([...all.values()].every((digest) => /^sha256:[0-9a-f]{64}$/.test(digest ?? ""))).toBe(
    true,
  );
  const named = signatures("slugify:pack", "codex:image");
  expect([...named]).toEqual(["slugify:pack", "codex:image"].map((id) => [id, all.get(id)]));
});

test("jobs of pipelines are found by the same kind of id", () => {
  const { stdout } = checkout.slipway(["signature", "examples/pipeline", "--json"]);
  const [id] = /slipway:\w+/.exec(stdout) ?? [""];
  const [, digest] = new RegExp(`"${id}": "(sha256:[0-9a-f]{64})"`).exec(stdout) ?? [];
  expect(digest).toBeDefined();
  expect([...signatures(id, "slugify:pack").keys()]).toEqual([id, "slugify:pack"]);
  expect(signatures(id).get(id)).toBe(digest);
});

test("one that there is not is told, and does not hide the others", () => {
  const said = checkout.slipway(["signature", "slugify:pakc", "slugify:pack"]);
  expect(said.code).toBe(1);
  expect(said.stdout).toMatch(/^slugify:pack {2}sha256:/);
  expect(said.stderr).toMatch(/^✗ slugify:pakc: there is no target slugify:pakc/);
  expect(said.stderr).toContain("did you mean  slugify:pack, slugify:push");
  const json = checkout.slipway(["signature", "slugify:pakc", "--json"]);
  expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
    1,
    { schema: 1, targets: {}, unsigned: { "slugify:pakc": { reason: "target-not-signed" } } },
  ]);
});

test("a graph that Nx cannot make is a failure like any other, of each command", () => {
  checkout.write("examples/odd/project.json", "{");
  for (const words of [["signature"], ["explain", "slugify:pack"], ["signature", "verify"]]) {
    const said = checkout.slipway([...words, "--json"]);
    expect([said.code, JSON.parse(said.stdout)]).toMatchObject([
      1,
      { schema: 1, failure: { reason: "graph-failed" } },
    ]);
    expect(said.stdout).toContain("examples/odd/project.json");
  }
  const said = checkout.slipway(["signature"]);
  expect(said.stderr).toMatch(/^✗ Nx could not make the graph of this workspace\n/);
  checkout.remove("examples/odd");
});

test("nx.json may have comments", () => {
  checkout.edit("nx.json", (text) => `// ours\n${text}`);
  expect(signatures("slugify:push").size).toBe(1);
  checkout.edit("nx.json", (text) => text.replace("// ours\n", ""));
});

test("what is kept is verified, and a lie is told with what to do", () => {
  const right = checkout.slipway(["signature", "verify"]);
  expect([right.code, right.stderr]).toEqual([0, ""]);
  expect(right.stdout).toMatch(/^= {2}digests of files +\d+ right +\.slipway\/tree\.bin\n/);
  expect(checkout.nx("run-many", "--targets=pack,signature").code).toBe(0);
  const made = checkout.slipway(["signature", "verify"]);
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/= {2}written signatures +7 right +examples\/pipeline\/dist/);
  expect(made.stdout).toMatch(/= {2}written signatures +6 right +dist/);
  expect(made.stdout).toMatch(/= {2}recorded successes +4 right/);
  checkout.write(written, '{"targets":{"slugify:pack":"sha256:0"}}');
  const lied = checkout.slipway(["signature", "verify"]);
  expect(lied.code).toBe(1);
  expect(lied.stdout).toContain("written signatures lied:\n");
  expect(lied.stdout).toContain("  slugify:pack  ");
  expect(lied.stdout).toContain(`  → remove ${written}: it is made anew`);
});
