import { firstLine, toolVersions } from "@slipway/pipeline-kit/language";
import type { Install, Language } from "@slipway/pipeline-kit/language";
import { matching } from "@slipway/pipeline-kit/setup";
import { tomlText } from "@slipway/pipeline-kit/toml";

export const rust: Language = {
  name: "rust",
  markers: ["Cargo.toml"],
  versions: [
    { file: "rust-toolchain.toml", read: (text) => tomlText(text, "toolchain", "channel") },
    {
      file: "rust-toolchain",
      read: (text) => tomlText(text, "toolchain", "channel") ?? firstLine(text),
    },
    toolVersions("rust"),
    { file: "Cargo.toml", read: (text) => lowest(tomlText(text, "package", "rust-version")) },
    {
      file: "Cargo.toml",
      read: (text) => lowest(tomlText(text, "workspace", "package", "rust-version")),
    },
  ],
  managers: [{ name: "cargo", locks: ["Cargo.lock"], install: () => fetch(" --locked") }],
  unlocked: () => fetch(""),
  pin: (version) => ({ RUSTUP_TOOLCHAIN: version }),
  setup: `${matching}
version_of() { "$@" 2>/dev/null | sed -n '1s/^[^0-9]*\\([0-9][0-9.]*\\).*/\\1/p'; }
if command -v rustup >/dev/null 2>&1; then
  if [ -n "\${RUSTUP_TOOLCHAIN:-}" ]; then rustup toolchain install "$RUSTUP_TOOLCHAIN" --profile minimal --no-self-update
  else rustup toolchain install --no-self-update >/dev/null 2>&1 || rustup show active-toolchain; fi
fi
found=$(version_of rustc --version)
if matches "$found"; then
  echo "rustc $found"
  exit 0
fi
echo "rust $SLIPWAY_WANTED is wanted, and there is \${found:-none}." >&2
echo "Give the job an image that has it, such as rust:\${SLIPWAY_WANTED#>=}, or one with rustup." >&2
exit 1
`,
};

/** What a crate says is the oldest that it is compiled by. */
function lowest(version: string | undefined): string | undefined {
  return version === undefined ? undefined : `>=${version}`;
}

function fetch(locked: string): Install {
  return {
    name: `cargo fetch${locked}`,
    command: `cargo fetch${locked}\n`,
    cache: { id: "cargo", paths: ["~/.cargo/registry", "~/.cargo/git", "target"] },
    keyFiles: ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust-toolchain"],
  };
}
