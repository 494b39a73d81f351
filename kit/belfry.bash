# SPDX-License-Identifier: BSD-2-Clause
# Completion of `belfry` for bash.

_belfry_options() {
    case $1 in
    check) echo "--images --memory --entry --json --svg --quiet --help" ;;
    iso) echo "--images --memory --output --help" ;;
    run) echo "--images --memory --entry --console --gdb --unchecked --help --" ;;
    trace) echo "--output --svg --ms --help" ;;
    top) echo "--seconds --count --help" ;;
    *) echo "--help" ;;
    esac
}

# The entries of the first .cfg on the line, by their --id.
_belfry_entries() {
    local word
    for word in "${COMP_WORDS[@]}"; do
        [[ $word != *.cfg ]] || { sed -n 's/.*--id[ =]\([^ {]*\).*/\1/p' "$word" 2>/dev/null; return; }
    done
}

_belfry() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-}
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "check iso run top ask trace new --help" -- "$current")
    elif [[ $before == --images ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
    elif [[ $before == --entry ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_belfry_entries)" -- "$current")
    elif [[ $command == new && $COMP_CWORD -eq 2 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "guest system" -- "$current")
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_belfry_options "$command")" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -o filenames -F _belfry belfry
