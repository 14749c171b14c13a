import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** What Groovy's own compiler makes of an expression or a statement; which of the keys are there says which. */
export const Tree = z.strictObject({
  call: z.string().nullish(),
  get of() {
    return Tree.nullish();
  },
  get with() {
    return z.array(Tree).optional();
  },
  operator: z.string().optional(),
  get left() {
    return Tree.optional();
  },
  get right() {
    return Tree.optional();
  },
  get if() {
    return Tree.optional();
  },
  get yes() {
    return z.array(Tree).optional();
  },
  get no() {
    return z.array(Tree).optional();
  },
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  get list() {
    return z.array(Tree).optional();
  },
  get map() {
    return z.array(z.tuple([Tree, Tree])).optional();
  },
  get closure() {
    return z.array(Tree).optional();
  },
  variable: z.string().optional(),
  property: z.string().optional(),
  get not() {
    return Tree.optional();
  },
  other: z.string().optional(),
});
export type Tree = z.output<typeof Tree>;

const Answer = z.union([
  z.strictObject({ tree: z.array(Tree) }),
  z.strictObject({ problem: z.string() }),
]);

/** Of the Debian package groovy: the version that Jenkins has. */
const groovyJar = "/usr/share/java/groovy-all.jar";

/** Each file as a tree, or what the compiler has against it. One compiler reads all of them. */
export async function treesOf(
  contents: readonly string[],
): Promise<readonly z.output<typeof Answer>[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-groovy-"));
  try {
    const paths = contents.map((content, at) => {
      const file = path.join(folder, `file${at}.groovy`);
      writeFileSync(file, content);
      return file;
    });
    const said = await runGroovy("reader.groovy", `${paths.join("\n")}\n`);
    return said
      .trimEnd()
      .split("\n")
      .map((line) => Answer.parse(JSON.parse(line)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runGroovy(script: string, input: string): Promise<string> {
  const child = spawn(
    "java",
    [
      "-Dfile.encoding=UTF-8",
      "-cp",
      groovyJar,
      "groovy.ui.GroovyMain",
      path.join(import.meta.dirname, script),
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  child.stdin.end(input);
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (complaints !== "") throw new Error(complaints);
  return said;
}
