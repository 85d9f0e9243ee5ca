/* SPDX-License-Identifier: Apache-2.0 */
/* password.js - shows a password that is typed, and says how good it is; forms work without. */
'use strict';
(() => {
	const find = id => document.getElementById(id);

	/* Hidden again before it is sent, so that whoever keeps passwords knows it for one. */
	for (const button of document.querySelectorAll('[data-shows]')) {
		const fields = button.dataset.shows.split(' ').map(find);
		const reveal = on => {
			button.setAttribute('aria-pressed', on);
			for (const field of fields)
				field.type = on ? 'text' : 'password';
		};
		button.onclick = () => reveal(fields[0].type === 'password');
		button.form.addEventListener('submit', () => reveal(false), true);
		button.hidden = false;
	}

	for (const output of document.querySelectorAll('output[data-url]')) {
		const field = find(output.htmlFor[0]), { elements } = output.form;
		let timer, asked = 0;

		const say = ({ score = '', text = '' }) => {
			output.dataset.score = score;
			output.textContent = text;
		};

		const ask = async () => {
			const mine = ++asked, body = new URLSearchParams({ password: field.value });
			const own = { token: elements.token, name: elements.name,
				username: output.form.querySelector('[autocomplete=username]') };
			for (const name in own)
				if (own[name]?.value)
					body.set(name, own[name].value);
			const answer = await fetch(output.dataset.url, { method: 'POST', body });
			if (mine === asked)
				say(answer.ok && field.value ? await answer.json() : {});
		};

		field.addEventListener('input', () => {
			clearTimeout(timer);
			if (field.value)
				timer = setTimeout(() => ask().catch(() => say({})), 400);
			else
				say({}), asked++;
		});
	}
})();
