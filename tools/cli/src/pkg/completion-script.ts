import type { Described } from "../call.ts";

export const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

export function isShell(word: string): word is Shell {
  return shells.some((shell) => shell === word);
}

/** Completes the words of commands, then their options, and else names of files. */
export function completionScript(shell: Shell, commands: readonly Described[]): string {
  return scripts[shell](commands).join("\n");
}

const scripts: Readonly<Record<Shell, (commands: readonly Described[]) => readonly string[]>> = {
  bash: (commands) => bashLines(tableRows(commands)),
  zsh: (commands) => zshLines(tableRows(commands)),
  fish: (commands) => fishLines(fishRows(commands)),
};

/** `name|--option --option` */
function tableRows(commands: readonly Described[]): readonly string[] {
  return commands.map((command) => `${command.name}|${optionsOf(command).join(" ")}`);
}

function optionsOf({ takes, options = {} }: Described): readonly string[] {
  const texts = [takes, ...Object.keys(options)];
  const found = texts.flatMap((text) => text.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? []);
  return [...new Set([...found, "--help"])];
}

function fishRows(commands: readonly Described[]): readonly string[] {
  const names = commands.map(({ name }) => name);
  const abouts = new Map(commands.map(({ name, does }) => [name, ` -d ${quoted(does)}`]));
  const words = names.flatMap((name) => {
    const parts = name.split(" ");
    return parts.map((word, at) => {
      const said = `__slipway_said ${quoted(parts.slice(0, at).join(" "))}`;
      const about = abouts.get(parts.slice(0, at + 1).join(" ")) ?? "";
      return `complete -c slipway -n ${quoted(said)} -f -a ${word}${about}`;
    });
  });
  const options = commands.flatMap((command) => {
    const longer = names.filter((name) => name.startsWith(`${command.name} `));
    const calls = ["__slipway_calls", ...[command.name, ...longer].map(quoted)].join(" ");
    return optionsOf(command).map((option) => {
      const kind = option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
      return `complete -c slipway -n ${quoted(calls)} ${kind}`;
    });
  });
  return [...new Set([...words, ...options])];
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

function bashLines(rows: readonly string[]): readonly string[] {
  return [
    "# Completion for bash: source <(slipway pkg completion bash)",
    "_slipway() {",
    "  local current=${COMP_WORDS[COMP_CWORD]} said= word name options rest longest= own=",
    "  local next=()",
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    [[ $word == -* ]] || said+="${said:+ }$word"',
    "  done",
    "  while IFS='|' read -r name options; do",
    "    rest=$name",
    '    [[ -n $said ]] && rest=${name#"$said "}',
    '    [[ -z $said || $rest != "$name" ]] && next+=("${rest%% *}")',
    '    if [[ "$said " == "$name "* && ${#name} -gt ${#longest} ]]; then',
    "      longest=$name",
    "      own=$options",
    "    fi",
    "  done <<'COMMANDS'",
    ...rows,
    "COMMANDS",
    "  [[ $current == -* ]] && next=($own)",
    '  COMPREPLY=($(compgen -W "${next[*]}" -- "$current" | sort -u))',
    "}",
    "complete -o default -F _slipway slipway",
  ];
}

function zshLines(rows: readonly string[]): readonly string[] {
  return [
    "#compdef slipway",
    "# Completion for zsh: slipway pkg completion zsh >_slipway, in a folder of $fpath",
    "_slipway() {",
    "  local current=${words[CURRENT]} said= word name options rest longest= own=",
    "  local -a next",
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    '    [[ $word == -* ]] || said+="${said:+ }$word"',
    "  done",
    "  while IFS='|' read -r name options; do",
    "    rest=$name",
    '    [[ -n $said ]] && rest=${name#"$said "}',
    '    [[ -z $said || $rest != "$name" ]] && next+=("${rest%% *}")',
    '    if [[ "$said " == "$name "* && ${#name} -gt ${#longest} ]]; then',
    "      longest=$name",
    "      own=$options",
    "    fi",
    "  done <<'COMMANDS'",
    ...rows,
    "COMMANDS",
    "  [[ $current == -* ]] && next=(${=own})",
    "  if (( $#next )); then compadd -- ${(u)next}; else _files; fi",
    "}",
    'if [[ $funcstack[1] == _slipway ]]; then _slipway "$@"; else compdef _slipway slipway; fi',
  ];
}

function fishLines(rows: readonly string[]): readonly string[] {
  return [
    "# Completion for fish: slipway pkg completion fish | source",
    "function __slipway_words",
    "    string join ' ' (string match -v -- '-*' (commandline -opc)[2..])",
    "end",
    "function __slipway_said",
    '    test "$(__slipway_words)" = "$argv[1]"',
    "end",
    "function __slipway_calls # <command> <longer command>...",
    '    set -l said "$(__slipway_words) "',
    "    for longer in $argv[2..]",
    '        string match -q -- "$longer *" "$said"; and return 1',
    "    end",
    '    string match -q -- "$argv[1] *" "$said"',
    "end",
    ...rows,
  ];
}
