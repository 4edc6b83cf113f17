"""`fahras completion`: the script that lets a shell complete, and what it asks at each Tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.line.completing import SHELLS, WORDS, begun, completed
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import terminal

if TYPE_CHECKING:
    from indexer.cli.line.completing import Answer
    from indexer.cli.line.options import CompletionRequest

_BASH = """\
_fahras() {
    local line kind=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <("$1" completion bash --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    case $kind in
        words) compopt -o nospace 2>/dev/null; return ;;
        files) kind=-f ;;
        folders) kind=-d ;;
        *) return ;;
    esac
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen $kind -- "$2")
}
complete -F _fahras fahras
"""

_ZSH = """\
#compdef fahras
_fahras() {
    local -a reply open done open_help done_help
    local line text
    reply=("${(@f)$("${words[1]}" completion zsh \\
        --line "${(j: :)words[1,CURRENT-1]} ${QIPREFIX}${PREFIX}" 2>/dev/null)}")
    case ${reply[1]} in
        files) _files; return ;;
        folders) _files -/; return ;;
    esac
    for line in "${(@)reply[2,-1]}"; do
        text=${line%%$'\\t'*}
        if [[ $text == *[=:/,{] ]]; then
            open+=("$text"); open_help+=("${line/$'\\t'/  }")
        else
            done+=("$text"); done_help+=("${line/$'\\t'/  }")
        fi
    done
    (( $#done )) && compadd -l -d done_help -a done
    (( $#open )) && compadd -l -S '' -d open_help -a open
}
if [[ $funcstack[1] == _fahras ]]; then _fahras "$@"; else compdef _fahras fahras; fi
"""

_FISH = """\
function __fahras_complete
    set -l reply (fahras completion fish --line (commandline -cp) 2>/dev/null)
    switch "$reply[1]"
        case files
            __fish_complete_path (commandline -ct)
        case folders
            __fish_complete_directories (commandline -ct)
        case '*'
            string join -- \\n $reply[2..-1]
    end
end
complete -c fahras -f -k -a '(__fahras_complete)'
"""

_SCRIPTS = dict(zip(SHELLS, (_BASH, _ZSH, _FISH), strict=True))

_BREAKS = "=:"
"""At these bash begins a new word, in whose place a candidate is put."""


def run(request: CompletionRequest) -> int:
    """Print the script of a shell, or what may follow a line."""
    if request.shell not in _SCRIPTS:
        raise UsageError(f"SHELL: {request.shell!r} is not one of {', '.join(SHELLS)}")
    if request.line is None:
        terminal.write(_SCRIPTS[request.shell])
        return exits.FOUND
    line = terminal.utf8_argument(request.line)
    answer = completed(line)
    for text in _lines(answer, line, request.shell):
        terminal.write(f"{text}\n")
    return exits.FOUND if answer.kind != WORDS or answer.candidates else exits.NOTHING


def _lines(answer: Answer, line: str, shell: str) -> list[str]:
    """The kind of an answer, then its candidates as a shell takes them, each with its help."""
    if shell != "bash":
        return [answer.kind, *("\t".join(filter(None, c)) for c in answer.candidates)]
    _, last, quoted = begun(line)
    if quoted:  # nothing breaks a word there, and the quotation mark is not closed yet
        return [answer.kind, *(c.text for c in answer.candidates)]
    begin = max(last.rfind(char) for char in _BREAKS) + 1
    return [answer.kind, *(c.text[begin:] + " " * c.is_finished for c in answer.candidates)]
