import { describe, expect, test } from "vitest";
import { escapeGlob, folderOfPattern, pathMatcher } from "./glob.ts";

/** Those of `paths` that match. */
function matching(patterns: readonly string[], paths: readonly string[]): readonly string[] {
  return paths.filter(pathMatcher(patterns));
}

describe("pathMatcher", () => {
  test("a leading ** matches at the root too", () => {
    const paths = ["a.rb", "lib/b.rb", "lib/deep/c.rb"];
    expect(matching(["**/*.rb"], [...paths, "a.rbx"])).toEqual(paths);
  });

  test("* does not cross a slash", () => {
    expect(matching(["lib/*.rb"], ["lib/a.rb", "lib/x/c.rb"])).toEqual(["lib/a.rb"]);
  });

  test("a name that begins with a dot is like any other", () => {
    const paths = ["app/.env", "app/.config/x"];
    expect(matching(["app/**/*"], [...paths, ".env"])).toEqual(paths);
  });

  test("patterns apply in order", () => {
    const paths = ["src/a.ts", "src/a.test.ts", "src/keep.test.ts"];
    const kept = matching(["src/**/*", "!src/**/*.test.ts", "src/keep.test.ts"], paths);
    expect(kept).toEqual(["src/a.ts", "src/keep.test.ts"]);
    expect(matching(["src/keep.test.ts", "!src/**/*.test.ts"], paths)).toEqual([]);
  });

  test("braces choose", () => {
    const paths = ["a/x.ts", "b/x.js"];
    expect(matching(["{a,b}/x.{ts,js}"], [...paths, "c/x.ts"])).toEqual(paths);
  });

  test("without patterns nothing matches", () => {
    expect(matching([], ["a.ts"])).toEqual([]);
  });

  test("an escaped path matches itself alone", () => {
    const odd = "app/(admin)/[id]/{x}*?!+@|^$";
    expect(matching([escapeGlob(odd)], [odd, "app/admin/i/x"])).toEqual([odd]);
    const inside = `${escapeGlob("app/[id]")}/**/*`;
    expect(matching([inside], ["app/[id]/page.ts", "app/i/page.ts"])).toEqual(["app/[id]/page.ts"]);
  });
});

test.each([
  ["**/*", ""],
  ["package.json", ""],
  ["tools/cli/**/*.ts", "tools/cli"],
  ["tools/cli/main.ts", "tools/cli"],
  ["tools/{a,b}/main.ts", "tools"],
  [`${escapeGlob("app/[id]")}/**/*`, "app/[id]"],
])("all matches of %s lie in %o", (pattern, folder) => {
  expect(folderOfPattern(pattern)).toBe(folder);
});
