// CommonJS, so that a Node that cannot read TypeScript gets this sentence and not a syntax error.
if (!process.features.typescript) {
  throw new Error(
    `@slipway/executors needs Node >= 22.18 and runs on ${process.version} (${process.execPath}); start Nx with "npx nx", which uses the Node that this workspace pins`,
  );
}
// Nx starts a process for each plugin in every command, and stripping the types of what it imports takes longer than
// running it. Node compares the source before it takes anything from there.
require("node:module").enableCompileCache(
  require("node:path").join(__dirname, "..", "..", ".slipway", "compiled"),
);
module.exports = require("./hooks/plugin.ts");
