import { expect, test } from "vitest";
import { parseDefinition } from "../definition/definition.ts";

const before = `name: skills
processes: { main: { source: src/main.lua } }
targets: { production: { mode: legacy, network: local } }
release:
`;

/** Place and words of every problem. */
function problemsOf(release: string): readonly string[] {
  const parsed = parseDefinition(before + release, "p/ao.yml");
  if (parsed.ok || parsed.failure.reason !== "definition-invalid") return [];
  return parsed.failure.problems.map((each) => `${each.line}:${each.column} ${each.message}`);
}

test("the least that can be said of a release is enough", () => {
  const text = "  target: production\n  packages: [{ folder: ../cli }]\n";
  const parsed = parseDefinition(before + text, "p/ao.yml");
  expect(parsed.ok && parsed.value.release).toEqual({
    target: "production",
    tag: "latest",
    packages: [{ folder: "../cli" }],
  });
});

test.each([
  [
    "  target: testnet\n  packages: [{ folder: cli }]\n",
    "5:11 release.target: there is no target testnet",
  ],
  [
    "  target: production\n  tag: a/b\n  packages: [{ folder: cli }]\n",
    "6:8 release.tag: must be letters, digits, dots, hyphens, underscores",
  ],
  [
    "  target: production\n  tag: x\n  packages: [{ folder: cli }]\n",
    "6:8 release.tag: must not read as a range of versions",
  ],
  [
    "  target: production\n  packages: [{ folder: /cli }]\n",
    "6:24 release.packages.0.folder: must be a relative path, with slashes",
  ],
])("%j is a problem with its place", (release, problem) => {
  expect(problemsOf(release)).toEqual([problem]);
});

test("a registry and a token have no place in ao.yml", () => {
  const release =
    "  target: production\n  registry: a\n  token: b\n  packages: [{ folder: cli }]\n";
  expect(problemsOf(release).length).toBeGreaterThan(0);
});
