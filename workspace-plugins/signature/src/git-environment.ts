/** A git hook points these at its own repository; a listing is always that of the folder it is asked for. */
const hookVariables = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_COMMON_DIR",
];

/** What git is started with. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return { ...inheritedByGit(), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
}

export function inheritedByGit(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !hookVariables.includes(name));
  return Object.fromEntries(inherited);
}
