import type { Look } from "./look.ts";

/** What a language is tested by, where a plugin found it. */
export type LanguageJob = {
  /** For the steps, in the folder of the language. */
  readonly commands: readonly string[];
  readonly image: string;
};

type Facts = Readonly<Record<string, string>>;

type JobOf = (facts: Facts, look: Look) => readonly string[];

type Known = { readonly commands: JobOf; readonly image: string; readonly usual: string };

/** `usual`: of the image, where the repository names no version. */
const languages: Readonly<Partial<Record<string, Known>>> = {
  go: { commands: () => ["go vet ./...", "go test ./..."], image: "golang", usual: "1.25" },
  node: { commands: nodeCommands, image: "node", usual: "24" },
  python: { commands: pythonCommands, image: "python", usual: "3.13" },
  ruby: { commands: rubyCommands, image: "ruby", usual: "3.4" },
  rust: { commands: () => ["cargo test"], image: "rust", usual: "1" },
};

/** `undefined`: of a language that is not known here. */
export function languageJob(language: string, facts: Facts, look: Look): LanguageJob | undefined {
  const known = languages[language];
  if (known === undefined) return undefined;
  const version = facts[`${language}_version`] ?? known.usual;
  return { commands: known.commands(facts, look), image: `${known.image}:${version}` };
}

/** What npm writes into a new package.json. */
const unwritten = "no test specified";

function nodeCommands({ node_manager: manager = "npm" }: Facts, { text }: Look): readonly string[] {
  const scripts = scriptsIn(text("package.json") ?? "");
  const wanted = ["lint", "build", "test"].filter(
    (name) => scripts[name] !== undefined && !scripts[name].includes(unwritten),
  );
  if (wanted.length === 0) return [`${manager} run`];
  return wanted.map((name) =>
    name === "test" && manager !== "bun" ? `${manager} test` : `${manager} run ${name}`,
  );
}

function scriptsIn(text: string): Readonly<Partial<Record<string, string>>> {
  try {
    const file: unknown = JSON.parse(text);
    const scripts = isTable(file) ? file["scripts"] : undefined;
    if (!isTable(scripts)) return {};
    return Object.fromEntries(
      Object.entries(scripts).flatMap(([name, script]) =>
        typeof script === "string" ? [[name, script]] : [],
      ),
    );
  } catch (error) {
    // Its plugin tells of a package.json that is none.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const pythonRunners: Readonly<Partial<Record<string, string>>> = {
  uv: "uv run ",
  poetry: "poetry run ",
  pipenv: "pipenv run ",
};

function pythonCommands({ python_manager: manager = "" }: Facts, look: Look): readonly string[] {
  const says = [
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "setup.cfg",
    "tox.ini",
    "Pipfile",
  ];
  const hasPytest =
    look.has("pytest.ini") || says.some((file) => look.text(file)?.includes("pytest") === true);
  const runner = pythonRunners[manager];
  const python = runner === undefined ? "python3" : `${runner}python`;
  return [hasPytest ? `${python} -m pytest` : `${python} -m unittest`];
}

function rubyCommands(_facts: Facts, { has, text }: Look): readonly string[] {
  const isRspec =
    has(".rspec") || (text("Gemfile.lock") ?? text("Gemfile") ?? "").includes("rspec");
  if (isRspec) return ["bundle exec rspec"];
  return has("Rakefile") ? ["bundle exec rake"] : ["bundle check"];
}
