# SPDX-License-Identifier: Apache-2.0
# Completion of rekey's commands for bash. The program itself knows what may come next.

_rekey() {
	local words current candidate handled
	# The line as it is: bash would have cut its words at every = and : too.
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
	current=${words[-1]}
	# What bash has cut off before the place of the cursor stays there.
	handled=${current%"${current##*[=:]}"}
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [[ $candidate == :files ]]; then
			compopt -o filenames
			while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "$current")
		else
			[[ $candidate == *= ]] && compopt -o nospace
			COMPREPLY+=("${candidate#"$handled"}")
		fi
	done < <("${words[0]}" --complete "${words[@]:1}" 2>/dev/null)
}

complete -F _rekey rekey
