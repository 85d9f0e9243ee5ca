/* SPDX-License-Identifier: Apache-2.0 */
/* app.js - the account of a single-page application, kept by a Rekey on another origin.
 *
 * From the top: what Rekey is asked, the session, what each form does, what is shown. */

const API = document.querySelector("meta[name=rekey]").content + "/api/v1";

/* The token of the mailed link. It leaves the address bar and the history before anything else
 * happens, so that it is not copied, bookmarked or left for who sits here next. */
let token = new URLSearchParams(location.search).get("token");
if (token !== null)
	history.replaceState(null, "", `${location.pathname}#/new-password`);

/* ---- what Rekey is asked ---- */

/* An answer that is a refusal (RFC 9457). `code` is for programs, `detail` for people. */
class Problem extends Error {
	constructor({ code = "unavailable", detail = "", errors = [] }, seconds) {
		super(detail);
		Object.assign(this, { code, detail, errors, seconds });
	}
}

async function call(method, path, body, bearer) {
	const headers = {};
	if (body)
		headers["Content-Type"] = "application/json";
	if (bearer)
		headers.Authorization = `Bearer ${bearer}`;
	const answer = await fetch(API + path, { method, headers, body: body && JSON.stringify(body), credentials: "omit" })
		.catch(() => { throw new Problem({ code: "unreachable" }); });
	const said = await answer.json().catch(() => ({})); // 204 says nothing, a broken proxy no JSON
	if (!answer.ok)
		throw new Problem(said, answer.headers.get("Retry-After"));
	return said;
}

/* ---- the session ---- */

/* {access, refresh, until}, and in memory alone: a reload asks for the password again, which a
 * password manager types. NIST SP 800-63B rules out local storage, where a session outlives the
 * browser and any script reads it. Session storage is as open to scripts; and a duplicated tab
 * gets a copy, so that two tabs use one refresh token in turns: Rekey takes the second for a thief
 * and ends the session. */
let session = null;

function keep({ access_token, refresh_token, expires_in }) {
	// A few seconds early, as the answer has been under way.
	session = { access: access_token, refresh: refresh_token, until: Date.now() + (expires_in - 5) * 1000 };
}

/* Requests that go out together wait for the same new tokens. After a lost answer the next request
 * shows the old refresh token again: for 30 seconds Rekey repeats what it had answered. */
let refreshing = null;

function refresh() {
	refreshing ??= call("POST", "/sessions/refresh", { refresh_token: session.refresh })
		.then(keep, problem => {
			if (problem.code !== "bad_credentials")
				throw problem;
			session = null;
			throw new Problem({ code: "unauthenticated" });
		})
		.finally(() => { refreshing = null; });
	return refreshing;
}

/* call() for who is signed in. */
async function ask(method, path, body) {
	if (!session)
		throw new Problem({ code: "unauthenticated" });
	if (Date.now() >= session.until)
		await refresh();
	try {
		return await call(method, path, body, session.access);
	} catch (problem) {
		if (problem.code !== "unauthenticated")
			throw problem;
	}
	await refresh(); // this machine's clock is wrong, or the session has ended
	return call(method, path, body, session.access);
}

/* ---- what each form does ---- */

const actions = {
	async "sign-in"(typed) {
		keep(await call("POST", "/sessions", typed));
		go("account");
	},

	async "sign-up"(typed) {
		if (!typed.username)
			delete typed.username; // left out and empty are not the same
		const { reference } = await call("POST", "/accounts", typed);
		showText("#signed-up", { address: typed.email, reference });
		go("signed-up");
	},

	async "send-again"() {
		const email = document.querySelector("#signed-up .address").textContent;
		const { reference } = await call("PUT", "/account/verification", { email });
		showText("#signed-up", { reference });
		say("If the address still has to be confirmed, the mail is on its way again.");
	},

	/* Whether there is such an account is not in the answer, and so not on the page. */
	async forgot(typed) {
		const { reference } = await call("PUT", "/account/password", typed);
		token = null;
		go("new-password");
		document.forms["new-password"].elements.reference.value = reference;
	},

	/* {token, new} or {reference, code, new}. A refused password spends neither. */
	async "new-password"(typed) {
		await call("PUT", "/account/password", token === null ? typed : { token, ...typed });
		token = session = null;
		go("sign-in", "Your new password is saved, and all your sessions have ended. Please sign in with it.");
	},

	async password(typed) {
		await ask("PUT", "/account/password", typed);
		await showAccount();
		say("Your password is changed. You are signed out everywhere else.");
	},

	async email(typed) {
		const { reference } = await ask("PUT", "/account/email", typed);
		say(`We have sent a mail to ${typed.email}. It says ${reference}. When you have opened its link, the new address holds.`);
	},

	async sessions(typed, pressed) {
		await ask("DELETE", pressed.value ? `/sessions/${encodeURIComponent(pressed.value)}` : "/sessions");
		await showAccount();
		say("Done.");
	},

	async "sign-out"() {
		await ask("DELETE", "/sessions/current");
		session = null;
		go("sign-in", "You are signed out.");
	},
};

async function submit(event) {
	event.preventDefault();
	const form = event.target;
	if (form.ariaBusy === "true")
		return; // pressed twice
	say("");
	complain(form, null);
	form.ariaBusy = "true";
	try {
		await actions[form.getAttribute("name")](Object.fromEntries(new FormData(form)), event.submitter);
		form.reset(); // no password stays in the page
	} catch (problem) {
		refused(form, problem);
	} finally {
		form.ariaBusy = null;
	}
}

/* ---- what is shown ---- */

/* Our words for what Rekey answers; for any other code its own `detail` is shown. */
const words = {
	bad_credentials: "The login or the password is wrong. If you have just signed up, open the link in our mail first.",
	wrong_password: "This is not your current password.",
	token_invalid: "This link or code has been used, is too old, or a newer mail has replaced it. Please ask for another mail.",
	username_taken: "Somebody has this username already.",
	too_short: "This password is too short.",
	too_long: "This password is too long.",
	same_as_old: "This is the password that you have already.",
	unavailable: "Our service cannot answer just now. Please try again.",
	unreachable: "We cannot reach our service. Please try again.",
};

function sentences(problem) {
	if (problem.code === "rate_limited")
		return `That was a little too often. Please try again in ${problem.seconds} seconds.`;
	const said = problem.errors.map(error => words[error.code] ?? error.detail);
	return said.length ? said.join(" ") : words[problem.code] ?? problem.detail;
}

/* At the form, and at the inputs that the problem names. null: there is none. */
function complain(form, problem) {
	form.querySelector(".problem").textContent = problem ? sentences(problem) : "";
	const wrong = problem ? problem.errors.map(error => form.elements[error.field]).filter(Boolean) : [];
	for (const input of form.querySelectorAll("label input"))
		input.ariaInvalid = wrong.includes(input) ? "true" : null;
	wrong[0]?.focus();
}

function refused(form, problem) {
	if (!(problem instanceof Problem))
		throw problem;
	if (problem.code !== "unauthenticated")
		return complain(form, problem);
	session = null;
	go("sign-in", "Your session has ended. Please sign in again.");
}

function say(text) {
	document.getElementById("said").textContent = text;
}

/* {class: text} into the elements of those classes; never as markup. */
function showText(place, texts) {
	for (const [name, text] of Object.entries(texts))
		document.querySelector(`${place} .${name}`).textContent = text;
}

const when = time => new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

async function showAccount() {
	const [account, { sessions }] = await Promise.all([ask("GET", "/account"), ask("GET", "/sessions")]);
	showText("#account", {
		email: account.email,
		username: account.username ?? "none",
		created_at: when(account.created_at),
		password_changed_at: when(account.password_changed_at),
	});
	document.querySelector("#account .whose").defaultValue = account.email; // outlives reset()
	document.querySelector("#account ul").replaceChildren(...sessions.map(sessionRow));
}

function sessionRow({ id, client, network, last_used_at, current }) {
	const row = document.getElementById("session").content.cloneNode(true);
	const button = row.querySelector("button");
	row.querySelector("b").textContent = current ? "Here" : network;
	row.querySelector("span").textContent = `${client ?? "unknown"}, last used ${when(last_used_at)}`;
	button.value = id;
	button.hidden = current;
	return row;
}

/* The section that the address names, or the one that is possible instead. */
function show() {
	const sections = [...document.querySelectorAll("main > section")];
	let name = location.hash.slice(2);
	if (!sections.some(section => section.id === name) || (name === "account" && !session))
		name = "sign-in";
	if (name === "sign-in" && session)
		name = "account";
	for (const section of sections)
		section.hidden = section.id !== name;
	const byCode = document.querySelector(".by-code");
	byCode.disabled = byCode.hidden = token !== null;
	for (const form of document.forms) {
		form.reset();
		complain(form, null);
	}
	document.querySelector(`#${name} h1`).focus();
	if (name === "account")
		showAccount().catch(problem => refused(document.forms["sign-out"], problem));
}

function go(name, text = "") {
	history.pushState(null, "", `#/${name}`);
	show();
	say(text);
}

function reveal(form, on) {
	for (const input of form.querySelectorAll("[autocomplete$=password]"))
		input.type = on ? "text" : "password";
}

for (const form of document.forms) {
	form.addEventListener("submit", submit);
	form.addEventListener("reset", () => reveal(form, false));
	form.querySelector(".show input")?.addEventListener("change", event => reveal(form, event.target.checked));
}

/* A link of this page, or the browser's way back. */
addEventListener("hashchange", () => {
	say("");
	show();
});

/* Whoever comes back from the mail may have another address by now. */
addEventListener("visibilitychange", () => {
	if (!document.hidden && !document.getElementById("account").hidden)
		showAccount().catch(problem => refused(document.forms["sign-out"], problem));
});

show();
