#!/usr/bin/env node
// CommonJS, so that a Node that cannot read TypeScript gets this sentence and not a syntax error.
if (!process.features.typescript) {
  process.stderr.write(
    `slipway needs Node >= 22.18 and runs on ${process.version} (${process.execPath}); start it with "npx slipway" in the workspace, which uses the Node that it pins\n`,
  );
  process.exit(1);
}
// Stripping the types of all that a command imports takes longer than most commands. Node compares the source before it
// takes anything from there, and goes without where it cannot write.
require("node:module").enableCompileCache(
  require("node:path").join(__dirname, "..", "..", ".slipway", "compiled"),
);
void import("./src/main.ts");
