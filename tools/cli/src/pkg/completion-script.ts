import type { Command } from "../command.ts";

export const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

type Completed = Pick<Command, "name" | "takes" | "does" | "options">;

export function isShell(word: string): word is Shell {
  return shells.some((shell) => shell === word);
}

/** Completes the words of commands, then their options, and else names of files. */
export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  return scripts[shell](commands);
}

const scripts: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `name|--option --option`, a line each. */
function tableOf(commands: readonly Completed[]): string {
  return commands.map((command) => `${command.name}|${optionsOf(command).join(" ")}`).join("\n");
}

function optionsOf({ takes, options = {} }: Completed): readonly string[] {
  const texts = [takes, ...Object.keys(options)];
  const found = texts.flatMap((text) => text.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? []);
  return [...new Set([...found, "--help"])];
}

/** The loop that finds, in bash and in zsh, what may follow the words so far. */
const search = String.raw`
  while IFS='|' read -r name options; do
    if [[ -z $said || $name == "$said "* ]]; then
      rest=$name
      [[ -n $said ]] && rest=${"$"}{name#"$said "}
      next+=("${"$"}{rest%% *}")
    fi
    if [[ "$said " == "$name "* && ${"$"}{#name} -gt ${"$"}{#longest} ]]; then
      longest=$name
      own=$options
    fi
  done <<'COMMANDS'`;

function bashScript(commands: readonly Completed[]): string {
  return String.raw`# Completion for bash: source <(slipway pkg completion bash)
_slipway() {
  local current=${"$"}{COMP_WORDS[COMP_CWORD]} said= word name options rest longest= own=
  local next=()
  for word in "${"$"}{COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || said+="${"$"}{said:+ }$word"
  done${search}
${tableOf(commands)}
COMMANDS
  [[ $current == -* ]] && next=($own)
  COMPREPLY=($(compgen -W "${"$"}{next[*]}" -- "$current" | sort -u))
}
complete -o default -F _slipway slipway`;
}

function zshScript(commands: readonly Completed[]): string {
  return String.raw`#compdef slipway
# Completion for zsh: slipway pkg completion zsh > a folder of $fpath/_slipway
_slipway() {
  local current=${"$"}{words[CURRENT]} said= word name options rest longest= own=
  local -a next
  for word in "${"$"}{(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] || said+="${"$"}{said:+ }$word"
  done${search}
${tableOf(commands)}
COMMANDS
  [[ $current == -* ]] && next=(${"$"}{=own})
  if (( ${"$"}#next )); then compadd -- ${"$"}{(u)next}; else _files; fi
}
if [[ $funcstack[1] == _slipway ]]; then _slipway "$@"; else compdef _slipway slipway; fi`;
}

function fishScript(commands: readonly Completed[]): string {
  const next = commands.flatMap(({ name, does }) => {
    const parts = name.split(" ");
    return parts.map((word, at) => {
      const about = at === parts.length - 1 ? ` -d ${quoted(does)}` : "";
      return `complete -c slipway -n ${quoted(`__slipway_said ${quoted(parts.slice(0, at).join(" "))}`)} -f -a ${word}${about}`;
    });
  });
  const options = commands.flatMap((command) =>
    optionsOf(command).map((option) => {
      const kind = option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
      return `complete -c slipway -n ${quoted(`__slipway_calls ${quoted(command.name)}`)} ${kind}`;
    }),
  );
  return String.raw`# Completion for fish: slipway pkg completion fish | source
function __slipway_words
    string join ' ' (string match -v -- '-*' (commandline -opc)[2..])
end
function __slipway_said
    test "$(__slipway_words)" = "$argv[1]"
end
function __slipway_calls
    string match -q -- "$argv[1] *" "$(__slipway_words) "
end
${[...new Set(next)].join("\n")}
${options.join("\n")}`;
}

/** For fish. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
