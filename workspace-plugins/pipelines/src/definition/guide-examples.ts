/** What the page shows as a `cig.toml`; each is planned by a test. */
export const examples = {
  small: `#:schema ./docs/schemas/cig.schema.json
version = "0.2"

[project]
name = "shop"
default_runner = "linux"

[runners.linux]
github = { runs-on = "ubuntu-latest" }
circleci = { resource_class = "medium" }

[jobs.test]
image = "node:26"
source_files = ["src/**", "package.json", "package-lock.json"]
caches = ["npm"]
steps = [{ run = "npm ci" }, { run = "npm test" }]

[jobs.deploy]
needs = ["test"]
if = "branch == 'main'"
environment = "production"
env = { TOKEN = { secret = "DEPLOY_TOKEN" }, COMMIT = { fact = "commit" } }
steps = [{ run = "./deploy.sh" }]

[caches.npm]
paths = ["~/.npm"]
key_parts = ["package-lock.json"]

[environments.production]
url = "https://shop.example"

[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"

[[outputs]]
provider = "circleci"
path = ".circleci/config.yml"
`,
  matrix: `[jobs.test]
matrix = { ruby = ["3.3", "3.4"], os = ["bookworm"], include = [{ ruby = "3.5", os = "trixie" }] }
image = "ruby:{{ matrix.ruby }}-{{ matrix.os }}"
steps = [{ run = "rake" }]

[jobs.report]
needs = ["test[ruby=3.4]"]
steps = [{ run = "./report.sh" }]
`,
  conditions: `[jobs.deploy]
needs = ["test"]
if = "branch matches 'release/*' && event != 'schedule' && setting.DEPLOYS"
steps = [{ run = "./deploy.sh" }]

[jobs.tell]
needs = ["deploy", "test"]
if = "failure() || output.test.broken == 'true'"
steps = [{ run = "./tell.sh" }]

[jobs.test]
outputs = { broken = "check.broken" }
steps = [{ id = "check", run = 'echo "broken=false" >> "$GITHUB_OUTPUT"' }]
`,
  commands: `[commands.install]
parameters = { folder = { default = "." } }
steps = [{ run = "npm ci", working_directory = "{{ parameters.folder }}" }]

[jobs.web]
packages = ["node"]
steps = [{ uses = "install", with = { folder = "web" } }, { run = "npm test" }]

[jobs.database]
steps = [
  { uses = "db/postgres@^0.1", with = { version = "16" } },
  { run = "./migrate.sh" },
]
`,
  workflows: `[workflows.ci]
triggers = { push = { branches = ["main"] }, pull_request = {} }

[workflows.release]
triggers = { push = { tags = ["v*"] }, manual = { inputs = { dry_run = { type = "boolean" } } } }
concurrency = { group = "release-{{ branch }}" }

[jobs.test]
steps = [{ run = "make test" }]

[jobs.agreed]
workflow = "release"
approval = "Is the release to go out?"

[jobs.publish]
workflow = "release"
needs = ["agreed"]
env = { DRY_RUN = { input = "dry_run" } }
steps = [{ run = "make publish" }]
`,
  skipping: `[skipping]
install = "./ci/install-slipway.sh"
store = "native"
protected_branches = ["main"]

[jobs.test]
source_files = ["src/**", "package-lock.json"]
env_inputs = ["NODE_OPTIONS"]
steps = [{ run = "npm test" }]

[jobs.deploy]
needs = ["test"]
skip = "never"
steps = [{ run = "./deploy.sh" }]
`,
} as const;

/** What is above each of them but the first. */
export const exampleHead = 'version = "0.2"\nproject = { name = "shop" }\n';
