// nx-context.cjs FOLDER CACHE: Nx's own list of files with their hashes, as `nx` makes it before every command; the
// archive in CACHE is what it knows from the time before. Prints one hash over all files; with a third word their number.
const { WorkspaceContext } = require("nx/src/native");

async function main([folder, cache, counts]) {
  const context = new WorkspaceContext(folder, cache);
  await context.ready();
  const found =
    counts === undefined ? context.hashFilesMatchingGlob(["**/*"]) : context.allFileData().length;
  process.stdout.write(`${found}\n`);
}

void main(process.argv.slice(2));
