/** Of names of branches and tags: `*` stays within a part between slashes, `**` does not, `?` is one letter. */
export function globMatches(glob: string, name: string): boolean {
  return new RegExp(`^${globPattern(glob)}$`, "su").test(name);
}

function globPattern(glob: string): string {
  return glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
  });
}
