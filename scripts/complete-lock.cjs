// Adds to package-lock.json the optional platform packages that the registry in reach does not carry.
// npm leaves such packages out of the lock it writes, and `npm ci` then refuses that lock. An entry that
// names another platform is never installed, so a stub with os and cpu is all it takes.
// Run after every `npm install` that changed the lock: node scripts/complete-lock.cjs
const fs = require("node:fs");
const path = require("node:path");

const lockFile = path.join(__dirname, "..", "package-lock.json");
const lock = JSON.parse(fs.readFileSync(lockFile, "utf8"));
const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

const words = (name) => name.replace("armv7", "arm").split(/[/-]/);

/** Where npm would find `name` from the package at `location`, nearest first. */
function candidates(location, name) {
  const places = [];
  for (let at = location; ; at = at.slice(0, at.lastIndexOf("/node_modules/"))) {
    places.push(`${at === "" ? "" : `${at}/`}node_modules/${name}`);
    if (!at.includes("/node_modules/"))
      return at === "" ? places : [...places, `node_modules/${name}`];
  }
}

const added = [];
for (const [location, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = candidates(location, name);
    const found = places.find((place) => place in lock.packages);
    const isExact = /^\d/.test(range);
    if (found !== undefined && (!isExact || lock.packages[found].version === range)) continue;
    const os = systems.filter((system) => words(name).includes(system));
    const cpu = processors.filter((processor) => words(name).includes(processor));
    if (os.length === 0 || cpu.length === 0 || !isExact) {
      throw new Error(
        `${name}@${range} is missing from the lock and its name does not tell its platform; add it by hand`,
      );
    }
    const libc = words(name).includes("musl") ? { libc: ["musl"] } : {};
    lock.packages[found === undefined ? places.at(-1) : places[0]] = {
      version: range,
      cpu,
      ...libc,
      optional: true,
      os,
    };
    added.push(`${name}@${range}`);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
fs.writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(
  added.length === 0 ? "package-lock.json is complete\n" : `added ${added.join(", ")}\n`,
);
