// node scripts/pack-ci.ts FOLDER: makes FOLDER/slipway-ci.mjs, what a run of a CI system calls, in one file without
// dependencies, and slipway-ci.mjs.sha256 for sha256sum --check. A machine needs Node and git alone.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import type { Plugin as RolldownPlugin } from "rolldown";

const repository = path.join(import.meta.dirname, "..");
const signature = path.join(repository, "workspace-plugins/signature/src");
const name = "slipway-ci.mjs";

/** What CommonJS modules know by themselves. */
const commonNames = { __filename: "import.meta.filename", __dirname: "import.meta.dirname" };

/** Of a table, for what is wider than a letter: elsewhere required when a text needs it, here imported. */
const widthInside = {
  name: "width-inside",
  transform: {
    filter: { id: /\/report\/src\/printable\.ts$/ },
    handler: (code: string) => {
      const required =
        /process\.getBuiltinModule\("node:module"\)\.createRequire\(import\.meta\.url\)\(\s*"string-width",?\s*\)/;
      if (!required.test(code)) throw new Error("the width of a text is found otherwise");
      const imported = 'import * as widthModule from "string-width";';
      return `${imported}${code.replace(required, "widthModule")}`;
    },
  },
};

/** Code that is given to a thread stands in the file itself, and large files are digested where all else is. */
const inOneFile = (thread: string) => ({
  name: "in-one-file",
  resolveId: {
    filter: { id: /\/hash-pool\.ts$/ },
    handler: (_: string, from: string | undefined) =>
      from === path.join(signature, "hash-files.ts")
        ? path.join(signature, "hash-here.ts")
        : undefined,
  },
  transform: {
    filter: { id: /\/tree\/crew\.ts$/ },
    handler: (code: string) => {
      const written = 'new URL("scan-worker.ts", import.meta.url)';
      if (!code.includes(written)) throw new Error("the thread of a crew starts otherwise");
      const data = `data:text/javascript;base64,${Buffer.from(thread).toString("base64")}`;
      return code.replace(written, () => `new URL(${JSON.stringify(data)})`);
    },
  },
});

async function bundle(input: string, plugins: readonly RolldownPlugin[]): Promise<string> {
  await using made = await rolldown({
    input,
    plugins: [...plugins],
    cwd: path.join(repository, "tools/cli"),
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    logLevel: "silent",
    transform: { target: "node22", define: commonNames },
  });
  const { output } = await made.generate({ format: "esm", minify: true, codeSplitting: false });
  const [{ code, imports }] = output;
  const strange = imports.filter((each) => !each.startsWith("node:"));
  if (strange.length > 0) throw new Error(`left outside of the file: ${strange.join(", ")}`);
  return code;
}

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: node scripts/pack-ci.ts FOLDER");
const thread = await bundle(path.join(signature, "tree/scan-worker.ts"), []);
const main = path.join(repository, "tools/cli/src/ci-main.ts");
const text = `#!/usr/bin/env node\n${await bundle(main, [inOneFile(thread), widthInside])}`;
mkdirSync(target, { recursive: true });
writeFileSync(path.join(target, name), text, { mode: 0o755 });
const digest = createHash("sha256").update(text).digest("hex");
writeFileSync(path.join(target, `${name}.sha256`), `${digest}  ${name}\n`);
process.stdout.write(`${path.resolve(target, name)}\n`);
