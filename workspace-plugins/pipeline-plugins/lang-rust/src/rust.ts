import { firstLine, toolVersions } from "@slipway/pipeline-kit/language";
import type { Install, Language } from "@slipway/pipeline-kit/language";
import { checkVersion } from "@slipway/pipeline-kit/setup";
import { tomlText } from "@slipway/pipeline-kit/toml";

const check = checkVersion({ name: "rust", version: "rustc --version", image: "rust" });

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
  setup: (wanted) => `if command -v rustup >/dev/null 2>&1; then
  rustup toolchain install \${RUSTUP_TOOLCHAIN:+"$RUSTUP_TOOLCHAIN"} --no-self-update || rustup show active-toolchain
fi
${check(wanted)}`,
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
