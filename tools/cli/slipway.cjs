#!/usr/bin/env node
// CommonJS, so that a Node that cannot read TypeScript gets this sentence and not a syntax error.
if (!process.features.typescript) {
  process.stderr.write(
    `slipway needs Node >= 22.18 and runs on ${process.version} (${process.execPath}); start it with "npx slipway" in the workspace, which uses the Node that it pins\n`,
  );
  process.exit(1);
}
void import("./src/main.ts");
