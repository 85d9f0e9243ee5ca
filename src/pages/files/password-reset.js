/* SPDX-License-Identifier: Apache-2.0 */
/* password-reset.js - checks and sends the new password in place; the form works without. */
'use strict';
(() => {
	const id = name => document.getElementById(name);
	const form = id('password-reset');
	const { token, new: first, confirm: second } = form.elements;
	const submit = id('save');
	const words = form.dataset;

	const say = (text, field) => {
		first.setAttribute('aria-invalid', field === first);
		second.setAttribute('aria-invalid', field === second);
		id('error').textContent = text;
		submit.disabled = false;
		(field || submit).focus();
	};

	const finish = end => {
		const h1 = document.querySelector('h1'), title = end.dataset.heading;
		document.title = document.title.replace(h1.textContent, title);
		h1.textContent = title;
		id('ask').remove();
		end.hidden = false;
		h1.focus();
	};

	const send = async () => {
		submit.disabled = true;
		const answer = await fetch(words.put, {
			method: 'PUT',
			headers: {
				'Content-Type': 'application/json',
				'Accept-Language': document.documentElement.lang,
			},
			body: JSON.stringify({ token: token.value, new: first.value }),
		});
		if (answer.status === 204)
			return finish(id('done'));
		if (answer.status === 410)
			return finish(id('dead'));
		if (answer.status !== 422)
			throw answer;
		const { errors, detail } = await answer.json();
		say(errors ? errors[0].detail : detail, first);
	};

	form.noValidate = true;
	form.onsubmit = () => {
		if ([...first.value.normalize('NFC')].length < words.minLength)
			say(words.short, first);
		else if (first.value !== second.value)
			say(words.differ, second);
		else {
			say('');
			if (!words.put || !window.fetch)
				return true;
			send().catch(() => say(words.again));
		}
		return false;
	};

	if (location.search)
		history.replaceState(null, '', location.pathname);
})();
