/** What git would reach for in a project, by its settings. */
export function keysNeeded(settings: ReadonlyMap<string, readonly string[]>): {
  readonly gnupg: boolean;
  readonly ssh: boolean;
} {
  const last = (name: string): string => settings.get(name)?.at(-1)?.toLowerCase() ?? "";
  const signs = ["commit.gpgsign", "tag.gpgsign"].some((name) => isTrue(last(name)));
  const signsBySsh = last("gpg.format") === "ssh";
  const remotes = [...settings].filter(([name]) => /^remote\..*\.(push)?url$/.test(name));
  const reachesBySsh = remotes.some(([, urls]) => urls.some(isOverSsh));
  return { gnupg: signs && !signsBySsh, ssh: reachesBySsh || (signs && signsBySsh) };
}

/** The lines of `git config --list -z`: a name, a newline and its value, ended by a zero byte. */
export function parseGitSettings(output: string): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, string[]>();
  for (const record of output.split("\0")) {
    if (record === "") continue;
    const at = record.indexOf("\n");
    const name = at === -1 ? record : record.slice(0, at);
    // A name alone stands for true (git-config(1)).
    const value = at === -1 ? "true" : record.slice(at + 1);
    settings.set(name, [...(settings.get(name) ?? []), value]);
  }
  return settings;
}

function isTrue(value: string): boolean {
  return ["true", "yes", "on", "1"].includes(value);
}

/** `ssh://…`, or `[user@]host:path`: a colon before the first slash, and no drive or scheme (git-fetch(1), GIT URLS). */
function isOverSsh(url: string): boolean {
  return /^(git\+)?ssh:\/\//.test(url) || /^[^/:]+@?[^/:]*:(?!\/\/)/.test(url);
}
