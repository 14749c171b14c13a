import { cp, symlink } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodes, tsxLoader } from "../test/interpreters.ts";
import { openLinkRig } from "../test/linked-project.ts";
import type { LinkRig, Package } from "../test/linked-project.ts";

const javascript = (key: string, files: Package["files"]): Package => {
  return { key, language: "javascript", files };
};

const packages = [
  javascript("slugs", {
    "index.js": `exports.slug = require("./lib/fold.js").fold + require("dep");`,
    "lib/fold.js": `exports.fold = "slug, ";`,
    "aigogo.json": "{}",
  }),
  javascript("words", {
    "package.json": JSON.stringify({
      name: "its-own-name",
      type: "module",
      exports: { ".": { import: "./esm.js", require: "./cjs.cjs" }, "./part": "./part.js" },
      imports: { "#inner": "./part.js" },
    }),
    "esm.js": `
      import { slug } from "@aigogo/slugs";
      import dep from "dep";
      import bundled from "bundled";
      import { part } from "its-own-name/part";
      import { part as inner } from "#inner";
      import "node:fs";
      import "path";
      export const words = ["words", slug, dep, bundled, part === inner].join(" ");`,
    "cjs.cjs": `exports.words = "required words " + require("bundled") + require("dep");`,
    "part.js": "export const part = {};",
    "node_modules/bundled/index.js": `module.exports = "its own";`,
  }),
  javascript("plain", { "index.js": `exports.plain = require("bundled");` }),
  javascript("shapes", {
    "index.ts": `import dep from "dep"; export const shape: string = \`shape, \${dep}\`;`,
  }),
];

const project = {
  "app/node_modules/dep/package.json": `{ "exports": { "import": "./i.mjs", "require": "./r.cjs" } }`,
  "app/node_modules/dep/i.mjs": `export default "the project's, imported";`,
  "app/node_modules/dep/r.cjs": `module.exports = "the project's, required";`,
  "app/node_modules/bundled/index.js": `module.exports = "the project's";`,
  "app/package.json": `{ "type": "module" }`,
  "app/a.cjs": `console.log(require("@aigogo/slugs").slug);`,
  "app/b.mjs": `
    import { slug } from "@aigogo/slugs";
    import { words } from "@aigogo/words";
    import { part } from "@aigogo/words/part";
    console.log(slug, words, typeof part);`,
  "app/c.cjs": `
    require("./.aigogo/register");
    console.log(require("@aigogo/words").words);
    import("@aigogo/words").then(({ words }) => console.log(words));`,
  "app/missing.cjs": `
    const say = (error) => console.log(error.code, error.message.split("\\n")[0]);
    try { require("@aigogo/none"); } catch (error) { say(error); }
    import("@aigogo/none").catch(say);`,
  "app/thread.cjs": `
    const { Worker, isMainThread } = require("node:worker_threads");
    if (isMainThread) new Worker(__filename);
    else import("@aigogo/slugs").then(({ slug }) => console.log(slug));`,
  "app/child.cjs": `
    const { execFileSync } = require("node:child_process");
    console.log(execFileSync(process.execPath, ["e.cjs"], { encoding: "utf8" }).trim());`,
  "app/e.cjs": `console.log(require("@aigogo/plain").plain);`,
  "app/shape.mjs": `import { shape } from "@aigogo/shapes"; console.log(shape);`,
  "app/shape.cjs": `console.log(require("@aigogo/shapes").shape);`,
  // What lies above the store is no part of the project.
  "home/node_modules/dep/index.js": `module.exports = "of the home";`,
};

const slug = "slug, the project's, required";
const words = `words ${slug} the project's, imported its own true`;
const ways = {
  require: ["--require", "./.aigogo/register.js"],
  import: ["--import", "./.aigogo/register.mjs"],
} as const;

let rig: LinkRig;
let untouched: string;
beforeAll(async () => {
  rig = await openLinkRig();
  await rig.write(project);
  await rig.link("app", packages);
  untouched = await rig.storeState();
});
afterAll(async () => rig[Symbol.asyncDispose]());

for (const { name, program, reason } of nodes()) {
  describe.skipIf(program === undefined)(`${name}${reason}`, () => {
    const node = async (...args: readonly string[]) => rig.run("app", program ?? "", args);

    describe.each(["require", "import"] as const)("with --%s", (way) => {
      test("requires packages, which require what the project has installed", async () => {
        expect(await node(...ways[way], "a.cjs")).toBe(slug);
      });

      test("imports packages as their package.json says, each with its dependencies", async () => {
        expect(await node(...ways[way], "b.mjs")).toBe(`${slug} ${words} object`);
      });

      test("names the program that wanted what is not locked", async () => {
        const lines = (await node(...ways[way], "missing.cjs")).split("\n").toSorted();
        expect(lines).toEqual([
          `ERR_MODULE_NOT_FOUND Cannot find package '@aigogo/none' imported from ${rig.at("app/missing.cjs")}`,
          "MODULE_NOT_FOUND Cannot find module '@aigogo/none'",
        ]);
      });

      test("works in threads, and in child processes that require", async () => {
        expect(await node(...ways[way], "thread.cjs")).toBe(slug);
        expect(await node(...ways[way], "child.cjs")).toBe("the project's");
      });
    });

    test("works from within the program", async () => {
      const required = "required words its ownthe project's, required";
      expect(await node("c.cjs")).toBe(`${required}\n${words}`);
    });

    test("runs packages in TypeScript where Node strips types", async () => {
      const quiet = { NODE_NO_WARNINGS: "1" };
      for (const file of ["shape.mjs", "shape.cjs"]) {
        const shape = rig.run("app", program ?? "", [...ways.require, file], quiet);
        const output = await shape.catch((error: Error) => error.message);
        expect(output).toMatch(
          stripsTypes(name)
            ? /^shape, the project's, imported$/
            : /SyntaxError|Unknown file extension/,
        );
      }
    });

    const tsx = tsxLoader();
    const missing = tsx === undefined ? ": npm cannot install it" : "";
    test.skipIf(tsx === undefined)(`runs packages in TypeScript by tsx${missing}`, async () => {
      const loader = [...ways.require, "--import", tsx ?? ""];
      expect(await node(...loader, "shape.mjs")).toMatch(/^shape, the project's, /);
      expect(await node(...loader, "shape.cjs")).toBe("shape, the project's, required");
    });

    test("finds them in a copy without links, by NODE_PATH alone", async () => {
      await rig.write({ "out/main.cjs": `console.log(require("@aigogo/words").words);` });
      await rig.run("app", "cp", ["-rL", ".aigogo/imports/", rig.at("out/aigogo-imports/")]);
      await cp(rig.at("app/node_modules"), rig.at("out/node_modules"), { recursive: true });
      const environment = { NODE_PATH: rig.at("out/aigogo-imports") };
      await rig.run("app", "mv", [rig.at("home"), rig.at("away")]);
      try {
        const output = await rig.run("out", program ?? "", ["main.cjs"], environment);
        expect(output).toBe("required words its ownthe project's, required");
      } finally {
        await rig.run("app", "mv", [rig.at("away"), rig.at("home")]);
        await rig.run("app", "chmod", ["-R", "u+w", rig.at("out")]);
        await rig.run("app", "rm", ["-r", rig.at("out")]);
      }
    });

    test("leaves the store as it was", async () => {
      expect(await rig.storeState()).toBe(untouched);
    });
  });
}

test("a project is found behind a link to it", async () => {
  await symlink(rig.at("app"), rig.at("linked"));
  const args = [...ways.import, "b.mjs"];
  expect(await rig.run("linked", process.execPath, args)).toBe(`${slug} ${words} object`);
});

/** Without a flag, from 22.18 on. */
function stripsTypes(name: string): boolean {
  const [major = 0, minor = 0] = name.replace("Node ", "").split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}
