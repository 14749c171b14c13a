import path from "node:path";

export type ImageKind = "base" | "agent" | "extension" | "image-extended";

/** A folder with a definition. */
export type ImageFolder = {
  readonly kind: ImageKind;
  /** The folder's name, which is the entry's. */
  readonly name: string;
  /** Its name in Nx, where no two projects may have the same. */
  readonly project: string;
  /** Relative to the workspace. */
  readonly root: string;
  readonly file: string;
};

/** All kinds, in the order in which they build on each other. */
export const kinds: readonly ImageKind[] = ["base", "agent", "extension", "image-extended"];

/** The folders of these files, by kind and then by path. */
export function foldersIn(files: readonly string[]): readonly ImageFolder[] {
  const own = files.filter((file) => !/(^|\/)(dist|node_modules)\//.test(file)).toSorted();
  const found = kinds.flatMap((kind) => {
    const ofThisKind = own.filter((file) => new RegExp(`(^|/)${kind}\\.ya?ml$`).test(file));
    // `.yml` sorts behind `.yaml` and replaces it.
    return [...new Map(ofThisKind.map((file) => [path.posix.dirname(file), file]))].map(
      ([root, file]) => ({ kind, root, file, name: path.posix.basename(root) }),
    );
  });
  return found.map((folder) => ({ ...folder, project: projectOf(folder, found) }));
}

type Found = Omit<ImageFolder, "project">;

/** Who keeps a name that several folders have: people type an agent's most. */
const namedFirst: readonly ImageKind[] = ["agent", "base", "extension", "image-extended"];

function projectOf(folder: Found, all: readonly Found[]): string {
  const namesakes = all
    .filter(({ name }) => name === folder.name)
    .toSorted((a, b) => namedFirst.indexOf(a.kind) - namedFirst.indexOf(b.kind));
  const [first] = namesakes;
  // Several definitions in one folder are one project.
  if (first === undefined || first.root === folder.root) return folder.name;
  const firstOfKind = namesakes.find(({ kind }) => kind === folder.kind);
  return firstOfKind === folder
    ? `${folder.name}-${folder.kind}`
    : folder.root.replaceAll("/", "-");
}
