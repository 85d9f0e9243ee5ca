#compdef rekey
# SPDX-License-Identifier: Apache-2.0
# Completion of rekey's commands for zsh. The program itself knows what may come next.

_rekey() {
	local line word sentence files=0
	local -a plain open
	for line in "${(@f)$("${words[1]}" --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
		word=${line%%$'\t'*} sentence=${line#*$'\t'}
		case $word in
		'') ;;
		:files) files=1 ;;
		*=*) open+=("$word") ;;
		*) plain+=("${word//:/\\:}:$sentence") ;;
		esac
	done
	(( files )) && _files
	(( $#open )) && compadd -S '' -- $open
	(( $#plain )) && _describe 'rekey' plain
}

_rekey "$@"
