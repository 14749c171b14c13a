import { expect, test } from "vitest";
import { planWithdraw } from "./plan-withdraw.ts";
import type { WantedWithdrawal, WithdrawnFrom } from "./plan-withdraw.ts";
import type { WithdrawStep } from "./step.ts";

const usual = { name: "cli", text: undefined, to: undefined, withPatch: true };

/** Versions with a `-` at their end are deprecated; the withdrawn one has its text, or none. */
function having(
  versions: readonly string[],
  tags: Readonly<Record<string, string>>,
  asked: { readonly version: string; readonly deprecated?: string },
): WithdrawnFrom {
  const of = (text: string) => ({
    version: text.replace(/-$/, ""),
    integrity: "sha512-a",
    deprecated: text.endsWith("-") ? "old" : undefined,
  });
  const all = versions.map(of);
  return {
    versions: all.map(({ version }) => version),
    tags,
    asked: { integrity: "sha512-a", deprecated: undefined, ...asked },
    stable: all.filter(({ version }) => !version.includes("-")),
  };
}

function line(step: WithdrawStep): string {
  switch (step.step) {
    case "deprecate":
      return `deprecate ${step.version}: ${step.text}`;
    case "move-tag":
      return `${step.tag} to ${step.version}`;
    case "publish-patch":
      return `publish ${step.version} of ${step.of} as ${step.tag}`;
  }
}

const broken = { version: "1.3.0" };
const deprecated = { version: "1.3.0", deprecated: "1.3.0 is withdrawn: use cli@1.3.1" };

test.each<[string, Partial<WantedWithdrawal>, WithdrawnFrom, readonly string[]]>([
  [
    "nothing done yet: the order of the document",
    {},
    having(["1.2.0", "1.3.0"], { latest: "1.3.0" }, broken),
    [
      "deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.3.1",
      "latest to 1.2.0",
      "publish 1.3.1 of 1.2.0 as latest",
    ],
  ],
  [
    "deprecated already",
    {},
    having(["1.2.0", "1.3.0-"], { latest: "1.3.0" }, deprecated),
    ["latest to 1.2.0", "publish 1.3.1 of 1.2.0 as latest"],
  ],
  [
    "deprecated and moved",
    {},
    having(["1.2.0", "1.3.0-"], { latest: "1.2.0" }, deprecated),
    ["publish 1.3.1 of 1.2.0 as latest"],
  ],
  ["all is done", {}, having(["1.2.0", "1.3.0-", "1.3.1"], { latest: "1.3.1" }, deprecated), []],
  [
    "all is done, called again with the version that was named",
    { to: "1.2.0" },
    having(["1.2.0", "1.3.0-", "1.3.1"], { latest: "1.3.1" }, deprecated),
    [],
  ],
  [
    "without a patch",
    { withPatch: false },
    having(["1.2.0", "1.3.0"], { latest: "1.3.0" }, broken),
    ["deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.2.0", "latest to 1.2.0"],
  ],
  [
    "a text of one's own replaces another",
    { text: "use 2" },
    having(["1.3.0-", "1.3.1"], { latest: "1.3.1" }, deprecated),
    ["deprecate 1.3.0: use 2"],
  ],
  [
    "a named good version",
    { to: "1.1.0" },
    having(["1.1.0", "1.2.0", "1.3.0"], { latest: "1.3.0" }, broken),
    [
      "deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.3.1",
      "latest to 1.1.0",
      "publish 1.3.1 of 1.1.0 as latest",
    ],
  ],
  [
    "the version before was withdrawn too",
    {},
    having(["1.1.0", "1.2.0-", "1.3.0"], { latest: "1.3.0" }, broken),
    [
      "deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.3.1",
      "latest to 1.1.0",
      "publish 1.3.1 of 1.1.0 as latest",
    ],
  ],
  [
    "the patch is to be above versions that were withdrawn",
    {},
    having(["1.2.0", "1.3.0", "1.4.0-"], { latest: "1.3.0" }, broken),
    [
      "deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.4.1",
      "latest to 1.2.0",
      "publish 1.4.1 of 1.2.0 as latest",
    ],
  ],
  [
    "a later version is good: nothing is published for it",
    {},
    having(["1.2.0", "1.3.0", "1.4.0"], { latest: "1.4.0", old: "1.3.0" }, broken),
    ["deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.4.0", "old to 1.4.0"],
  ],
  [
    "an older line: latest stays with the newer one",
    {},
    having(["1.2.0", "1.3.0", "2.0.0"], { latest: "2.0.0" }, broken),
    ["deprecate 1.3.0: 1.3.0 is withdrawn: use cli@1.3.1", "publish 1.3.1 of 1.2.0 as release-1.x"],
  ],
  [
    "the only version",
    {},
    having(["1.3.0"], { latest: "1.3.0" }, broken),
    ["deprecate 1.3.0: 1.3.0 is withdrawn"],
  ],
  [
    "a prerelease gets no patch",
    {},
    having(["1.2.0", "1.3.0-beta.1"], { beta: "1.3.0-beta.1" }, { version: "1.3.0-beta.1" }),
    ["deprecate 1.3.0-beta.1: 1.3.0-beta.1 is withdrawn: use cli@1.2.0", "beta to 1.2.0"],
  ],
])("%s", (_, wanted, from, steps) => {
  const version = from.asked?.version ?? "";
  const planned = planWithdraw({ ...usual, version, ...wanted }, from);
  expect(planned.ok && planned.value.map(line)).toEqual(steps);
});

test.each([
  ["9.9.9", "unpublished"],
  ["1.3.0", "withdrawn"],
  ["1.1.0", "deprecated"],
])("%s is no version to go back to: %s", (to, problem) => {
  const from = having(["1.1.0-", "1.2.0", "1.3.0"], { latest: "1.3.0" }, broken);
  expect(planWithdraw({ ...usual, version: "1.3.0", to }, from)).toEqual({
    ok: false,
    failure: { reason: "good-version-unfit", version: to, package: "cli", problem },
  });
});
