#compdef slipway
# Completion for zsh: slipway pkg completion zsh >_slipway, in a folder of $fpath
_slipway() {
  local current=${words[CURRENT]} said= word name options rest longest= own=
  local -a next
  for word in "${(@)words[2,CURRENT-1]}"; do
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
  [[ $current == -* ]] && next=(${=own})
  if (( $#next )); then compadd -- ${(u)next}; else _files; fi
}
if [[ $funcstack[1] == _slipway ]]; then _slipway "$@"; else compdef _slipway slipway; fi
