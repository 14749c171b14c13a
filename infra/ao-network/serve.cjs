// Stripping the types of all that the network imports takes longer than starting it. Node compares the source before it
// takes anything from there, and goes without where it cannot write; threads find the folder by the variable.
const compiled = require("node:path").join(__dirname, "..", "..", ".slipway", "compiled");
require("node:module").enableCompileCache(compiled);
process.env.NODE_COMPILE_CACHE ??= compiled;
void import("./src/serve.ts");
