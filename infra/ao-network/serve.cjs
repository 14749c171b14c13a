// CommonJS, so that a Node that cannot read TypeScript gets this sentence and not a syntax error.
if (!process.features.typescript) {
  process.stderr.write(
    `ao-network needs Node >= 22.18 and runs on ${process.version} (${process.execPath}); start it with "npx node", which is the Node that this workspace pins\n`,
  );
  process.exit(1);
}
// Stripping the types of all that the network imports takes longer than starting it. Node compares the source before it
// takes anything from there, and goes without where it cannot write; threads find the folder by the variable.
const compiled = require("node:path").join(__dirname, "..", "..", ".slipway", "compiled");
require("node:module").enableCompileCache(compiled);
process.env.NODE_COMPILE_CACHE ??= compiled;
void import("./src/serve.ts");
