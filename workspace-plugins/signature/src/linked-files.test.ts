import { expect, test } from "vitest";
import { never, openGitRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { filesOfFileset } from "./fileset.ts";
import { listFiles } from "./listing.ts";

const files = {
  ".gitignore": "ignored\n",
  "app/main.ts": "",
  "lib/one.ts": "",
  "lib/deep/two.ts": "",
  "ignored/three.ts": "",
};

/** What `app` has of files outside of it. */
async function check(
  links: Readonly<Record<string, string>>,
  expected: readonly string[],
): Promise<void> {
  using rig: Rig = openGitRig(files);
  for (const [file, target] of Object.entries(links)) rig.link(file, target);
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const fileset = { patterns: ["app/**/*"], includesIgnored: false };
  const found = filesOfFileset(fileset, listing.value);
  if (!found.ok) throw new Error(found.failure.reason);
  const outside = found.value.map(({ path }) => path).filter((path) => !path.startsWith("app/"));
  expect(outside.toSorted()).toEqual(expected);
}

test("no links, nothing more", async () => check({}, []));

test("a file behind a link is an input too, and every link on the way", async () => {
  await check({ "app/link": "../lib/one.ts" }, ["lib/one.ts"]);
  await check({ "app/link": "../lib/next", "lib/next": "./deep/two.ts" }, [
    "lib/deep/two.ts",
    "lib/next",
  ]);
  await check({ "app/link": "../short/two.ts", short: "lib/deep" }, ["lib/deep/two.ts", "short"]);
});

test("a folder behind a link brings all its files", async () => {
  await check({ "app/link": "../lib/" }, ["lib/deep/two.ts", "lib/one.ts"]);
});

test("a link out of the workspace, to nothing, to what git ignores, around itself or in a ring brings none", async () => {
  await check({ "app/link": "../../elsewhere" }, []);
  await check({ "app/link": "/etc/hosts" }, []);
  await check({ "app/link": "../lib/none.ts" }, []);
  await check({ "app/link": "../ignored/three.ts" }, []);
  await check({ "app/link": ".." }, []);
  await check({ "app/link": "../app" }, []);
  await check({ "app/link": "../ring", ring: "ring" }, ["ring"]);
});
