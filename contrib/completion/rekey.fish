# SPDX-License-Identifier: Apache-2.0
# Completion of rekey's commands for fish. The program itself knows what may come next.

function __rekey_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] --complete $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path $current
        else
            echo $line
        end
    end
end

complete -c rekey -f -a '(__rekey_complete)'
