# Completion for fish: slipway pkg completion fish | source
function __slipway_words
    string join ' ' (string match -v -- '-*' (commandline -opc)[2..])
end
function __slipway_said
    test "$(__slipway_words)" = "$argv[1]"
end
function __slipway_calls # <command> <longer command>...
    set -l said "$(__slipway_words) "
    for longer in $argv[2..]
        string match -q -- "$longer *" "$said"; and return 1
    end
    string match -q -- "$argv[1] *" "$said"
end
@COMMANDS@
