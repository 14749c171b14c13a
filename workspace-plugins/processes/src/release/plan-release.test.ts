import { expect, test } from "vitest";
import { planRelease } from "./plan-release.ts";
import type { WantedRelease } from "./plan-release.ts";
import { unpublished } from "./published.ts";
import type { Published } from "./published.ts";

const usual = {
  name: "cli",
  integrity: "sha512-a",
  tag: "latest",
  isAsked: false,
  mayMoveBack: false,
};

function wanting(version: string, more: Partial<WantedRelease> = {}): WantedRelease {
  return { ...usual, version, ...more };
}

function having(tags: Published["tags"], asked?: Partial<Published["asked"]>): Published {
  const version = { version: "", integrity: "sha512-a", deprecated: undefined, ...asked };
  return { versions: Object.values(tags), tags, asked: asked && version };
}

test.each<[string, WantedRelease, Published, unknown]>([
  ["nothing published", wanting("1.0.0"), unpublished, ["publish 1.0.0 latest"]],
  ["an older latest", wanting("1.1.0"), having({ latest: "1.0.0" }), ["publish 1.1.0 latest"]],
  ["a prerelease", wanting("2.0.0-beta.1"), having({}), ["publish 2.0.0-beta.1 beta"]],
  ["a prerelease without a name", wanting("2.0.0-0"), having({}), ["publish 2.0.0-0 next"]],
  [
    "a prerelease whose tag was asked for",
    wanting("2.0.0-beta.1", { isAsked: true }),
    having({ latest: "1.0.0" }),
    ["publish 2.0.0-beta.1 latest"],
  ],
  [
    "an older line of versions",
    wanting("1.2.4"),
    having({ latest: "2.0.0" }),
    ["publish 1.2.4 release-1.x"],
  ],
  [
    "an older line whose tag is ahead too",
    wanting("1.2.4"),
    having({ latest: "2.0.0", "release-1.x": "1.9.0" }),
    ["publish 1.2.4 release-1.2.x"],
  ],
  [
    "an older version that may move the tag back",
    wanting("1.2.4", { mayMoveBack: true }),
    having({ latest: "2.0.0" }),
    ["publish 1.2.4 latest"],
  ],
  ["the version is there", wanting("1.0.0"), having({ latest: "1.0.0" }, {}), []],
  ["it is there, a newer one is latest", wanting("1.0.0"), having({ latest: "1.1.0" }, {}), []],
  [
    "it is there, and may move the tag back",
    wanting("1.0.0", { mayMoveBack: true }),
    having({ latest: "1.1.0" }, {}),
    ["move-tag 1.0.0 latest"],
  ],
  [
    "it is there under another tag",
    wanting("1.1.0"),
    having({ latest: "1.0.0", next: "1.1.0" }, {}),
    ["move-tag 1.1.0 latest"],
  ],
  [
    "it is there and its tag is nowhere",
    wanting("2.0.0-beta.1"),
    having({ latest: "1.0.0" }, {}),
    ["move-tag 2.0.0-beta.1 beta"],
  ],
  [
    "a tag at something that is no version",
    wanting("1.0.0"),
    having({ latest: "oldest" }, {}),
    ["move-tag 1.0.0 latest"],
  ],
])("%s", (_, wanted, published, steps) => {
  const planned = planRelease(wanted, published);
  expect(
    planned.ok && planned.value.map(({ step, version, tag }) => `${step} ${version} ${tag}`),
  ).toEqual(steps);
});

test("a version with other content is refused with the integrity of both", () => {
  const published = having({ latest: "1.0.0" }, { integrity: "sha512-b" });
  expect(planRelease(wanting("1.0.0"), published)).toEqual({
    ok: false,
    failure: {
      reason: "version-differs",
      version: "cli@1.0.0",
      packed: "sha512-a",
      published: "sha512-b",
    },
  });
});

test("a version whose integrity the registry does not say is taken for another", () => {
  const planned = planRelease(wanting("1.0.0"), having({}, { integrity: undefined }));
  expect(planned).toMatchObject({ failure: { reason: "version-differs", published: "unknown" } });
});

test("a version that was withdrawn does not come back", () => {
  const published = having({ latest: "0.9.0" }, { deprecated: "broken" });
  expect(planRelease(wanting("1.0.0"), published)).toEqual({
    ok: false,
    failure: { reason: "version-withdrawn", version: "cli@1.0.0", text: "broken" },
  });
});

test("a tag that was asked for is not moved back, and no other is taken", () => {
  const planned = planRelease(
    wanting("1.0.0", { tag: "stable", isAsked: true }),
    having({ stable: "1.1.0" }),
  );
  expect(planned).toEqual({
    ok: false,
    failure: {
      reason: "tag-would-move-back",
      version: "cli@1.0.0",
      tag: "stable",
      from: "1.1.0",
    },
  });
});
