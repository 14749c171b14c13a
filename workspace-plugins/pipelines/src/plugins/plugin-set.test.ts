import { expect, test } from "vitest";
import { checkPlugins } from "./plugin-set.ts";

type Described = {
  readonly capabilities: string[];
  readonly requires?: string[];
  readonly conflictsWith?: string[];
};

function check(
  plugins: Readonly<Record<string, Described>>,
  outputs: Readonly<Record<string, string | readonly string[]>>,
) {
  return checkPlugins(
    Object.entries(plugins).map(([name, one]) => ({
      name,
      requires: [],
      conflictsWith: [],
      ...one,
    })),
    Object.entries(outputs).flatMap(([path, providers]) =>
      [providers].flat().map((provider) => ({ path, provider })),
    ),
  );
}

const exclusive = (provider: string): Described => ({
  capabilities: [`provider:${provider}`],
  conflictsWith: ["provider:*"],
});

const both = { "provider/github": exclusive("github"), "provider/jenkins": exclusive("jenkins") };

test("two providers that exclude each other go together while they write different files", () => {
  expect(check(both, { "ci.yml": "github", Jenkinsfile: "jenkins" })).toEqual([]);
});

test("two providers of one file are a conflict, told once for both", () => {
  expect(check(both, { "ci.yml": ["github", "jenkins"], "other.yml": "github" })).toEqual([
    {
      reason: "plugin-conflict",
      plugin: "provider/github",
      other: "provider/jenkins",
      capability: "provider:jenkins",
      outputs: ["ci.yml"],
    },
  ]);
});

test("a file has one provider even where its plugins say nothing of each other", () => {
  const provider = { capabilities: ["provider:github"] };
  expect(
    check({ "provider/github": provider, "provider/mine": provider }, { a: "github", b: "github" }),
  ).toEqual([
    {
      reason: "plugin-conflict",
      plugin: "provider/github",
      other: "provider/mine",
      capability: "provider:github",
      outputs: ["a", "b"],
    },
  ]);
});

test("what is no provider has a part in every file", () => {
  const plugins = {
    ...both,
    "cache/s3": { capabilities: ["cache:s3"], conflictsWith: ["cache:gcs"] },
    "cache/gcs": { capabilities: ["cache:gcs"] },
  };
  expect(check(plugins, { "ci.yml": "github", Jenkinsfile: "jenkins" })).toEqual([
    {
      reason: "plugin-conflict",
      plugin: "cache/s3",
      other: "cache/gcs",
      capability: "cache:gcs",
      outputs: ["Jenkinsfile", "ci.yml"],
    },
  ]);
});

test("a requirement is met by another plugin of the same file", () => {
  const plugins = {
    "provider/github": { capabilities: ["provider:github"], requires: ["cache:*"] },
    "provider/jenkins": { capabilities: ["provider:jenkins", "cache:native"] },
  };
  const missing = {
    reason: "plugin-requirement-missing",
    plugin: "provider/github",
    requires: "cache:*",
    outputs: ["ci.yml"],
  };
  expect(check(plugins, { "ci.yml": "github", Jenkinsfile: "jenkins" })).toEqual([missing]);
  const own = {
    "provider/github": { capabilities: ["provider:github"], requires: ["provider:*"] },
  };
  expect(check(own, { "ci.yml": "github" })).toEqual([{ ...missing, requires: "provider:*" }]);
  const met = { ...plugins, "cache/s3": { capabilities: ["cache:s3"] } };
  expect(check(met, { "ci.yml": "github" })).toEqual([]);
});

test("a file whose provider nobody is says which providers there are", () => {
  expect(check(both, { "ci.yml": "gitlab" })).toEqual([
    {
      reason: "plugin-provider-missing",
      provider: "gitlab",
      outputs: ["ci.yml"],
      known: ["github", "jenkins"],
    },
  ]);
});
