import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Expression, type Program, parseSync, Visitor } from "oxc-parser";

/** One edge as it is written. `names` are the imported names, none for a side effect, a require or `export *`. */
export type Import = {
  readonly line: number;
  readonly specifier: string;
  readonly isType: boolean;
  readonly names: readonly string[];
};

/** A statement that the architecture speaks about. */
export type Statement = {
  readonly line: number;
  readonly kind: "module-level let" | "process.chdir" | "console";
};

/** `path` is relative to the workspace and slash-separated. */
export type SourceFile = {
  readonly path: string;
  readonly isTest: boolean;
  readonly imports: readonly Import[];
  readonly statements: readonly Statement[];
};

/** `folder` is `""` for the workspace itself. */
export type Package = {
  readonly folder: string;
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
};

export type Workspace = {
  readonly files: readonly SourceFile[];
  readonly packages: readonly Package[];
};

const folders = ["tools", "workspace-plugins", "infra", "scripts", "tests"];
const ignored = ["node_modules", "dist", ".slipway", ".nx"];

/** The packages that `workspaces` names and the files of the folders that hold code. */
export function readWorkspace(root: string): Workspace {
  const files = globSync(`{${folders.join(",")}}/**/{*.{ts,cts,mts,cjs,mjs},*_pb.js}`, {
    cwd: root,
    exclude: (name) => ignored.includes(path.basename(name)),
  });
  return {
    packages: readPackages(root),
    files: files.toSorted().map((file) => {
      const slashed = file.replaceAll(path.sep, "/");
      return readSource(slashed, readFileSync(path.join(root, file), "utf8"));
    }),
  };
}

export function readSource(file: string, text: string): SourceFile {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  return {
    path: file,
    isTest: isTest(file),
    imports: importsOf(program, lineOf),
    statements: statementsOf(program, lineOf),
  };
}

/** A test, what lies in a folder of tests, and the rig that tests of a folder share. */
export function isTest(file: string): boolean {
  return /\.test\.ts$|(^|\/)tests?\/|(^|\/)rig\.ts$/.test(file);
}

function readPackages(root: string): readonly Package[] {
  const workspace = readManifest(root, "");
  return [
    workspace.found,
    ...workspace.workspaces.map((folder) => readManifest(root, folder).found),
  ];
}

function readManifest(
  root: string,
  folder: string,
): { readonly found: Package; readonly workspaces: readonly string[] } {
  const manifest: unknown = JSON.parse(
    readFileSync(path.join(root, folder, "package.json"), "utf8"),
  );
  const patterns = Object.values(fieldOf(manifest, "workspaces")).map(String);
  return {
    found: {
      folder,
      name: String(Object.entries(manifest ?? {}).find(([key]) => key === "name")?.[1]),
      dependencies: Object.keys(fieldOf(manifest, "dependencies")),
      devDependencies: Object.keys(fieldOf(manifest, "devDependencies")),
    },
    workspaces: patterns
      .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
      .map((file) => path.dirname(file).replaceAll(path.sep, "/"))
      .toSorted(),
  };
}

function fieldOf(manifest: unknown, field: string): object {
  const value: unknown = Object.entries(manifest ?? {}).find(([key]) => key === field)?.[1];
  return typeof value === "object" && value !== null ? value : {};
}

type LineOf = (offset: number) => number;

/** Static, type-only, re-exporting and dynamic imports, `require`, both kinds of `resolve`, and URLs of modules. */
function importsOf(program: Program, lineOf: LineOf): readonly Import[] {
  const found: Import[] = [];
  const add = (
    start: number,
    specifier: string | undefined,
    isType = false,
    names: readonly string[] = [],
  ) => {
    if (specifier !== undefined) found.push({ line: lineOf(start), specifier, isType, names });
  };
  new Visitor({
    ImportDeclaration: (node) => {
      const kinds = node.specifiers.map((one) =>
        one.type === "ImportSpecifier" ? one.importKind : "value",
      );
      const isType =
        node.importKind === "type" || (kinds.length > 0 && kinds.every((kind) => kind === "type"));
      add(node.start, node.source.value, isType, node.specifiers.map(importedName));
    },
    ExportNamedDeclaration: (node) =>
      add(node.start, node.source?.value, node.exportKind === "type"),
    ExportAllDeclaration: (node) => add(node.start, node.source.value, node.exportKind === "type"),
    ImportExpression: (node) => add(node.start, textOf(node.source)),
    TSImportType: (node) => add(node.start, node.source.value, true),
    CallExpression: (node) => {
      const [first] = node.arguments;
      if (isLoader(node.callee) && first !== undefined && first.type !== "SpreadElement") {
        add(node.start, textOf(first));
      }
    },
    NewExpression: (node) => {
      const [first] = node.arguments;
      if (node.callee.type !== "Identifier" || node.callee.name !== "URL") return;
      const text =
        first === undefined || first.type === "SpreadElement" ? undefined : textOf(first);
      // A URL without a scheme starts at the file that names it: the modules of worker threads.
      if (text === undefined || !/^(?!\w+:).*\.[cm]?[jt]s$/.test(text)) return;
      add(node.start, text.startsWith(".") ? text : `./${text}`);
    },
  }).visit(program);
  return found.toSorted((a, b) => a.line - b.line);
}

type ImportSpecifierNode = Extract<
  Program["body"][number],
  { type: "ImportDeclaration" }
>["specifiers"][number];

function importedName(specifier: ImportSpecifierNode): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  return specifier.imported.type === "Identifier"
    ? specifier.imported.name
    : specifier.imported.value;
}

function textOf(node: Expression): string | undefined {
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** `require(…)`, `require.resolve(…)`, `import.meta.resolve(…)`, `process.getBuiltinModule(…)`. */
function isLoader(callee: Expression): boolean {
  if (callee.type === "Identifier") return callee.name === "require";
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
  const owner = callee.object;
  if (owner.type === "Identifier" && owner.name === "process") {
    return callee.property.name === "getBuiltinModule";
  }
  const isOwner =
    owner.type === "MetaProperty" || (owner.type === "Identifier" && owner.name === "require");
  return isOwner && callee.property.name === "resolve";
}

function statementsOf(program: Program, lineOf: LineOf): readonly Statement[] {
  const found: Statement[] = [];
  for (const statement of program.body) {
    const declared =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (
      declared?.type === "VariableDeclaration" &&
      (declared.kind === "let" || declared.kind === "var")
    ) {
      found.push({ line: lineOf(declared.start), kind: "module-level let" });
    }
  }
  const hasOwnConsole = declares(program, "console");
  new Visitor({
    MemberExpression: ({ object, property, start }) => {
      if (object.type !== "Identifier") return;
      if (object.name === "console" && !hasOwnConsole)
        found.push({ line: lineOf(start), kind: "console" });
      const isChdir = property.type === "Identifier" && property.name === "chdir";
      if (object.name === "process" && isChdir)
        found.push({ line: lineOf(start), kind: "process.chdir" });
    },
  }).visit(program);
  return found.toSorted((a, b) => a.line - b.line);
}

/** Whether a variable anywhere in the file has this name, and so may hide the global one. */
function declares(program: Program, name: string): boolean {
  const names = new Set<string>();
  new Visitor({
    VariableDeclarator: ({ id }) => {
      if (id.type === "Identifier") names.add(id.name);
    },
  }).visit(program);
  return names.has(name);
}
