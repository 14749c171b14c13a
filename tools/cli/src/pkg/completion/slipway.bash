# Completion for bash: source <(slipway pkg completion bash)
_slipway() {
  local current=${COMP_WORDS[COMP_CWORD]} said= word name options rest longest= own=
  local next=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || said+="${said:+ }$word"
  done
  while IFS='|' read -r name options; do
    rest=$name
    [[ -n $said ]] && rest=${name#"$said "}
    [[ -z $said || $rest != "$name" ]] && next+=("${rest%% *}")
    if [[ "$said " == "$name "* && ${#name} -gt ${#longest} ]]; then
      longest=$name
      own=$options
    fi
  done <<'COMMANDS'
@COMMANDS@
COMMANDS
  [[ $current == -* ]] && next=($own)
  COMPREPLY=($(compgen -W "${next[*]}" -- "$current" | sort -u))
}
complete -o default -F _slipway slipway
