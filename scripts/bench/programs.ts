import path from "node:path";
import { outputOf, repository, run } from "./processes.ts";
import type { Ground } from "./processes.ts";

const debianPackages = ["b3sum", "gcc", "git", "libssl-dev", "openssl"];

/** Installs what is missing; where that is not possible, says what to do. */
export async function installPeers(ground: Ground): Promise<void> {
  const names = debianPackages.join(" ");
  const script = `set -e; source scripts/apt-install.sh
mapfile -t missing < <(missing_debian_packages ${names})
((\${#missing[@]} == 0)) && exit 0
((EUID == 0)) && install_debian_packages "\${missing[@]}" && exit 0
echo "\${missing[*]}"; exit 1`;
  const { code, output } = await run(ground, { words: ["bash", "-c", script], folder: repository });
  if (code !== 0) {
    throw new Error(`peers are not installed: sudo apt-get install ${output.trim() || names}`);
  }
}

/** Compiles the two programs in C. */
export async function compilePrograms(
  ground: Ground,
): Promise<{ readonly measure: string; readonly floor: string }> {
  const compile = async (name: string, ...libraries: readonly string[]): Promise<string> => {
    const source = path.join(import.meta.dirname, `${name}.c`);
    const program = path.join(ground.folder, name);
    const words = ["gcc", "-O2", "-pthread", source, "-o", program, ...libraries] as const;
    await outputOf(ground, { words, folder: ground.folder });
    return program;
  };
  return { measure: await compile("measure"), floor: await compile("floor", "-lcrypto") };
}
