/** Puts together in dist/ what is published: the program, and the ids of a deploy target (`local` unless said). */
const { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const path = require("node:path");

const deployTarget = process.argv[2] ?? "local";
const dist = path.join(__dirname, "dist");
const ids = JSON.parse(
  readFileSync(path.join(__dirname, "../skills-registry/dist/ao-ids/ids.json"), "utf8"),
)[deployTarget];
if (ids?.registry === undefined || ids.downloads === undefined) {
  throw new Error(
    `skills-registry is not deployed to ${deployTarget}: npx nx ao-deploy skills-registry`,
  );
}
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const file of ["package.json", "README.md", "skills.cjs"]) {
  cpSync(path.join(__dirname, file), path.join(dist, file));
}
writeFileSync(path.join(dist, "process-ids.json"), `${JSON.stringify(ids, undefined, 2)}\n`);
