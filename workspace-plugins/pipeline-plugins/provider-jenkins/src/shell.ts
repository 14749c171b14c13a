import { shellJob, shellQuoted } from "@slipway/pipeline-sdk/shell-job";

/** Commands that every shell reads alike. */
const simple = /^[\w./:@%=+,-]+(?: [\w./:@%=+,-]+)*$/;

/** Begins anew with bash, where there is one and it is not that already. */
const withBash = `[ -n "$BASH_VERSION" ] || ! command -v bash >/dev/null || exec bash -e "$0"`;

/** What the step `sh` gets for a command: Jenkins runs it with `sh -xe`. 0 minutes: no limit. */
export function scriptOf(command: string, shell: string, timeoutMinutes: number): string {
  if (shell === "" && timeoutMinutes === 0) {
    return simple.test(command) && !/^[-+\w]*=/.test(command) ? command : `${withBash}\n${command}`;
  }
  return shellJob([{ command, shell, timeoutMinutes }], {
    own: () => {
      throw new Error("internal: a command alone asks for no value");
    },
  });
}

/** A path with `*` and `?` as words of a shell that it fills in; `~/` is the home. */
export function shellGlob(path: string): string {
  const home = /^~(?=\/|$)/.test(path) ? '"$HOME"' : "";
  const rest = home === "" ? path : path.slice(1);
  return (
    home +
    rest
      .split(/([*?]+)/)
      .map((part) => (/^[*?]/.test(part) || part === "" ? part : shellQuoted(part)))
      .join("")
  );
}
