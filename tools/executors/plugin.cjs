// CommonJS, so that a Node that cannot read TypeScript gets this sentence and not a syntax error.
if (!process.features.typescript) {
  throw new Error(
    `@slipway/executors needs Node >= 22.18 and runs on ${process.version} (${process.execPath}); start Nx with "npx nx", which uses the Node that this workspace pins`,
  );
}
module.exports = require("./hooks/plugin.ts");
