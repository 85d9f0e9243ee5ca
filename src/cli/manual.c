/* SPDX-License-Identifier: Apache-2.0 */
/* manual.c - what rekey help COMMAND says below the usage, where one sentence is not enough, and
 * lines to try. A test runs every one of them. */
#include "cli/help.h"

static const char backup[] =
	"Of a SQLite database; PostgreSQL's are copied by its own programs, or by rekey copy.\n"
	"Servers may go on writing. The copy holds every change that was answered before it\n"
	"began. It is written beside FILE as FILE.part-XXXXXXXX, read back, and gets its\n"
	"name when it is on the disk; FILE must not be there before. An interrupted backup\n"
	"leaves no FILE: what it may leave, after a kill -9, is the part, which can be\n"
	"removed. While it runs, the log of the database (-wal) grows by what is written\n"
	"meanwhile.\n"
	"\n"
	"The key file (server.key_file) is not in it. Whoever has both can make the links\n"
	"and the sessions that live, so keep a copy of it in another place. Without it a\n"
	"server makes a new one: what is mailed a second time then has a link that does not\n"
	"work, no session can be refreshed, and rekey key rotate has to make a new key to sign\n"
	"access tokens with.\n"
	"\n"
	"To bring a backup back: stop the server, remove rekey.db-wal and rekey.db-shm,\n"
	"copy FILE over rekey.db and the key file beside it, for the user of the service\n"
	"and with mode 0600, and start.\n"
	"\n"
	"--json gives file, bytes, apps, accounts and key_file.\n";

static const char doctor[] =
	"One line for each thing that was looked at: ok, warn or FAIL, and what to do. It\n"
	"ends with status 1 if there was a FAIL. It makes nothing and changes nothing,\n"
	"sends no mail, needs no running server and disturbs none. Run it as the user of\n"
	"the service (runuser -u rekey -- rekey doctor), with its configuration.\n"
	"\n"
	"    configuration  it is understood; else the file, the line and what would be right\n"
	"    public url     set, https, without user or path; its host is known (warn)\n"
	"    key file       there, a key, of the database's owner, and nobody else may read it\n"
	"    database       there, opens, its schema is this program's, every page is whole (so\n"
	"                   it takes a while for a large one), and it can be written\n"
	"    signing key    the key file opens it\n"
	"    disk           at least 16 MiB free (warn: the database's size and 64 MiB)\n"
	"    clock          synchronised (warn), not behind the newest row of the audit trail\n"
	"    hash           at least OWASP's minimum (warn); hashes a second; whether memory is\n"
	"                   kept from hash to hash, which about halves the time (warn)\n"
	"    mail           the server is reached, its certificate is good, the log-in is taken\n"
	"    outbox         no mail has waited for more than 10 minutes, none is dead (warn)\n"
	"    open files     4160, for 4096 connections (warn)\n"
	"\n"
	"--json gives a list of check, state (ok, warn, FAIL), what and advice.\n";

static const char calibrate[] =
	"Hashes on every core at once, as a busy server does, with ever more memory, and\n"
	"prints the dearest cost that stays within the target, as lines for the\n"
	"configuration. Progress goes to standard error. It needs no database and no\n"
	"configuration, and never goes below OWASP's minimum, 19456 KiB and 2 passes. At\n"
	"most a quarter of the machine's memory is used; from there on the passes grow.\n"
	"\n"
	"--target-ms N is how long one hash may take when all cores are busy: 10 to 5000,\n"
	"and 100 if not given. OWASP asks for less than a second. A person does not notice\n"
	"100 ms, and it leaves 10 log-ins a second for each core; 250 would leave 4, and a\n"
	"flood of wrong passwords would keep everyone else waiting the sooner.\n"
	"\n"
	"--json gives hash.memory_kib, hash.passes, target_ms, milliseconds,\n"
	"hashes_per_second, threads and memory_mib (of all threads together).\n";

static const char copy[] =
	"Reads every table of the one database, writes it to the other (which is made if it\n"
	"is not there), then reads both again and prints for each table how many rows it has\n"
	"and a digest of them all, which is the same in either engine. Stop the servers of the\n"
	"first before: what is changed meanwhile is found, and the status is 1 then.\n"
	"\n"
	"A copy that was interrupted is begun again by the same words; rows that are there are\n"
	"passed over. The other database should have nothing else in it. The key file\n"
	"(server.key_file) is not in it: take it along. A password belongs in ~/.pgpass and not\n"
	"on the command line. See docs/scaling.md.\n"
	"\n"
	"--json gives a list of table, rows, digest and equal.\n";

static const char app_set[] =
	"Changes all of what is given, or nothing, and shows the app as it is then.\n"
	"\n"
	"A list (dialects, hosts, aliases, origins, return_urls) is given whole, with commas\n"
	"between; none behind the = is an empty one. With + or - before the = the list keeps the\n"
	"rest and gets those more, or loses them. Up to 16 in each.\n"
	"\n"
	"client_key=new makes a key and shows it, this once. The former one stays good beside\n"
	"it, until client_key=retire ends that: so clients can be changed one after the other.\n"
	"A third is refused. master_key is changed in the same way.\n"
	"\n"
	"See docs/apps.md.\n";

static const char provider_set[] =
	"Changes all of what is given, or nothing, and shows the provider as it is then. One that\n"
	"is not there is added. Of linkedin everything is known but client_id, the client secret\n"
	"and redirect_uris; of any other, issuer and the addresses have to be said, which the\n"
	"provider publishes at ISSUER/.well-known/openid-configuration.\n"
	"\n"
	"redirect_uris is given whole, with commas between; with + or - before the = it gets\n"
	"those more, or loses them. Up to 16; a sign-in comes back to no other, letter by letter.\n"
	"Addresses are https://, or http:// on this machine itself for trying things out.\n"
	"\n"
	"The client secret is never an argument, which every user of the machine could see, and\n"
	"is shown by no command. It is kept sealed by the key file.\n"
	"\n"
	"See docs/linkedin.md.\n";

static const char provider_remove[] =
	"Accounts stay, and so does who is who at the provider: when it is set again with the\n"
	"same issuer, people find their accounts.\n";

static const char provider_people[] =
	"SUBJECT is what the provider calls a person (sub), exactly as its ID tokens say it, and\n"
	"never another's. Rekey links by itself only accounts that it makes when somebody comes "
	"for\n"
	"the first time; an address alone links nobody. So link those who move in from another\n"
	"system with the provider's words for them, and whomever you know.\n";

static const char app_remove[] =
	"Its accounts go with it, and their sessions, links and mails, its names, messages and\n"
	"mail templates. It cannot be undone: rekey app disable lets nobody in and keeps all.\n"
	"The audit trail keeps the events, without persons and networks. While many accounts\n"
	"are removed, those of other apps wait.\n";

static const char key_rotate[] =
	"Servers that run use the new key for the next token, without a restart. Tokens of the\n"
	"old one are good until they expire (tokens.access_minutes), and its private half is\n"
	"erased at once. Programs that check tokens by themselves find both public keys at\n"
	"/.well-known/jwks.json, which they may keep for 5 minutes.\n"
	"\n"
	"Rotate when the key file or a copy of the database may have been seen by others, and\n"
	"as often as your rules want it. A key that was sealed by a key file that is lost is\n"
	"replaced in this way too.\n"
	"\n"
	"--json gives kid, created_at and old_verify_until.\n";

static const char key_list[] =
	"One line for each key, the one that signs first: its name (kid), whether it signs, when\n"
	"it was made, when it was retired, and until when it verifies. Keys that verify no\n"
	"longer go with the next housekeeping. Nothing here is a secret.\n"
	"\n"
	"--json gives a list of kid, signs, created_at, retired_at and verifies_until; times that\n"
	"are not yet are left out.\n";

static const char account_add[] =
	"LOGIN of the other commands is an address or a username of the app's. A password is\n"
	"never an argument, which every user of the machine could see; --password-stdin reads\n"
	"it, and the password policy holds for it. --json gives id, email and username.\n";

static const char account_list[] =
	"All of them, read and written page by page, however many there are. The id is what\n"
	"the app's clients know an account by.\n";

static const char account_show[] =
	"The number is what rekey audit list names the account by. Neither the password nor\n"
	"its hash is shown.\n";

static const char account_set[] =
	"One of the two, or both. Of an account with an address, username= takes the username\n"
	"away. Another address is told to both mailboxes, and ends all sessions and mailed\n"
	"links; be sure who asks for it. A change of the username ends none.\n";

static const char account_disable[] =
	"One statement: its sessions are dead on every server before the command is back, and\n"
	"so are the links that were mailed. Whoever tries to log in is told what strangers are.\n"
	"rekey account enable lets the owner in again, by the old password.\n";

static const char account_recover[] =
	"For an owner who cannot ask for it. The mail is the one that a recovery of their own\n"
	"brings, and the old password stays valid until its link was used. As there, while a\n"
	"mailed link lives and limits.mails_per_address is reached, no other one is mailed.\n"
	"--json gives email and reference, which the mail has too.\n";

static const char account_export[] =
	"One object on each line: id, email, username, status, created_at, name, locale and,\n"
	"with --with-hashes, password_hash; of users who came from elsewhere also guest,\n"
	"email_login (false: nobody is found by the address) and fields, a JSON object of all\n"
	"else that is kept; and email_verified (whether mail to the address had reached them).\n"
	"A password that was made and mailed, and ends, leaves no hash. rekey account import\n"
	"reads it. Keep a file with hashes as you would\n"
	"the database. The audit trail says that there was an export.\n";

static const char account_import[] =
	"JSON lines, an array of objects, or CSV whose first line names the columns. The names\n"
	"are those of rekey account export (an email or a username at least), of Backtory's or\n"
	"of Xano's users; they are recognized, or --source says whose they are. What is empty\n"
	"or null is not there. docs/importing.md lists the names, and the hashes that are taken,\n"
	"which are Argon2id as PHC strings, bcrypt, SHA-crypt, scrypt, yescrypt and PBKDF2. Each\n"
	"is checked as it is and gives way to a new one when its owner logs in. One of no such "
	"kind\n"
	"refuses its line, or with --drop-hashes is left out. Who has no password gets one by a\n"
	"recovery; nobody is mailed by the import. Addresses that are logins are taken for\n"
	"verified, but for Xano's, and where email_verified is false.\n"
	"\n"
	"Up to 500 lines are one transaction. A line that is refused is told as line N: why,\n"
	"the others go in, and the exit status is 1. An account that is there already stays as\n"
	"it is: the same file, mended, can be imported again, and one that was broken off goes\n"
	"on where it was. With --dry-run nothing is written, and standard output has a line for\n"
	"each line of the file: added, existing or refused, and why; with --json as objects.\n"
	"--json gives imported, existing and refused at the end, how many of the imported have\n"
	"which hash (argon2id, bcrypt, other_hashes, without_password), and of how many something\n"
	"could not be kept (incomplete).\n";

static const char account_remove[] =
	"There is no way back but a backup. rekey account disable is the other way to end\n"
	"all sessions. Nothing is printed, but for --json: id, email and username.\n";

static const char text_set[] = "The keys may be one or several; the others stay as they are.\n";

static const char text_import[] =
	"JSON lines as rekey writes them by export, an array of objects, or CSV. A row that is\n"
	"not one of the app's, or does not fit, is told as line N: why, the others are changed,\n"
	"and the exit status is 1. --json gives imported and refused.\n";

static const char content_set[] =
	"TABLE is app_structure or content_strings, and NAME what you call the row by: what is\n"
	"not there is made. Any other KEY is a member of the row, and its value a text; the\n"
	"others stay as they are. Of content_strings, slug is the page that a string belongs\n"
	"to, and global=yes gives it to all pages. GET /content shows all of it to everybody.\n"
	"An app has up to 500 rows, of 128 KiB together. Lists, numbers and nested members are\n"
	"for rekey content import.\n";

static const char content_import[] =
	"JSON lines as rekey writes them by export, an array of objects, or CSV, in which a\n"
	"cell may hold JSON. A row has table, name, and any other members; one without a table\n"
	"is of --table, and one without a name is called by its id, so that the export of\n"
	"another platform's table can be taken as it is. A row that is there has these\n"
	"members and no others from then on. A row that does not fit is told as line N: why,\n"
	"the others go in, and the exit status is 1. --json gives imported and refused.\n";

static const char waitinglist_list[] =
	"First come first. account_created says whether there has been an account since.\n"
	"--json gives a list of email, created_at and account_created.\n";

static const char mail_list[] =
	"A mail is due, sent, dead (given up, see rekey mail retry), or dropped: there was\n"
	"nobody to mail. The thousand newest are shown, and before any others the dead ones.\n";

static const char mail_retry[] =
	"A link in it lives as long again as in a new mail. --json gives the row, or how many\n"
	"were retried.\n";

static const char audit_list[] =
	"A thousand rows at most, unless --limit says otherwise. The account is told by its\n"
	"number, see rekey account show; 0 stands for strangers and removed ones.\n";

static const char app_add[] =
	"The keys are what the app's clients show; only hashes of them are kept. --json gives\n"
	"name, id, client_key and master_key.\n";

static const char migrate[] =
	"A server takes the steps at its start too; this is for taking them beforehand.\n";

const struct manual manuals[] = {
	{ "serve", NULL, "rekey serve --dev --set server.listen=127.0.0.1:8080\n" },
	{ "app add", app_add,
	  "rekey app add shop --dialect account --host id.shop.example --language fr\n"
	  "rekey app add game --dialect backtory --json\n"
	  "printf '%s\\n' 57629904e4b0ad38567f88de 57596532e4b05a176d5bb52d | "
	  "rekey app add old-game --dialect backtory --id 57629c38e4b0ad38567f88e0 "
	  "--keys-stdin\n" },
	{ "app list", NULL, "rekey app list\nrekey app list --json\n" },
	{ "app show", NULL, "rekey app show default\nrekey app show default --json\n" },
	{ "app set", app_set,
	  "rekey app set default public_url=https://id.shop.example sender='The Shop'\n"
	  "rekey app set default hosts=id.shop.example,login.shop.example dialects+=backtory\n"
	  "rekey app set default origins+=https://shop.example origins-=http://localhost:3000\n"
	  "rekey app set default sign_up=closed password_min_length=15\n"
	  "rekey app set default title='The Shop' accent='#8a1c5b' logo=@shop.svg\n"
	  "rekey app set default client_key=new --json\n"
	  "rekey app set default client_key=retire\n" },
	{ "app remove", app_remove, "rekey app remove default --yes\n" },
	{ "app disable", NULL, "rekey app disable default\n" },
	{ "app enable", NULL, "rekey app enable default\n" },
	{ "provider list", NULL, "rekey provider list\nrekey provider list --json\n" },
	{ "provider set", provider_set,
	  "echo 'the secret' | rekey provider set linkedin client_id=86abc "
	  "redirect_uris=https://shop.example/welcome --secret-stdin\n"
	  "rekey provider set linkedin redirect_uris+=http://localhost:3000/welcome "
	  "state=required\n" },
	{ "provider show", NULL,
	  "rekey provider show linkedin\nrekey provider show linkedin --json\n" },
	{ "provider remove", provider_remove, "rekey provider remove linkedin\n" },
	{ "provider people", provider_people,
	  "rekey provider people linkedin\nrekey provider people linkedin --json\n" },
	{ "provider link", provider_people,
	  "rekey provider link linkedin ann@example.org 782bbtaQ\n" },
	{ "provider unlink", NULL, "rekey provider unlink linkedin bob@example.org\n" },
	{ "account add", account_add,
	  "rekey account add carol@example.org --username carol\n"
	  "echo 'correct horse battery' | rekey account add dave@example.org --password-stdin "
	  "--json\n" },
	{ "account list", account_list,
	  "rekey account list\nrekey account list --app default --limit 10 --json\n" },
	{ "account show", account_show,
	  "rekey account show ann@example.org\nrekey account show ann --json\n" },
	{ "account set", account_set,
	  "rekey account set ann@example.org username=ann.lee\n"
	  "rekey account set ann.lee email=ann@new.example\n" },
	{ "account disable", account_disable, "rekey account disable ann@example.org\n" },
	{ "account enable", NULL, "rekey account enable ann@example.org\n" },
	{ "account recover", account_recover,
	  "rekey account recover ann\nrekey account recover ann --json\n" },
	{ "account export", account_export,
	  "rekey account export > accounts.jsonl\n"
	  "rekey account export --app default --with-hashes | gzip > accounts.jsonl.gz\n" },
	{ "account import", account_import,
	  "rekey account export --with-hashes > accounts.jsonl; rekey account import "
	  "accounts.jsonl\n"
	  "printf 'email,username\\nerin@example.org,erin\\n' | rekey account import - --json\n"
	  "printf 'userId,username\\n5a1b2c3d4e5f60718293a4b5,fred\\n' | rekey account import - "
	  "--dry-run\n" },
	{ "account remove", account_remove, "rekey account remove ann@example.org\n" },
	{ "messages list", NULL, "rekey messages list\nrekey messages list --json\n" },
	{ "messages show", NULL, "rekey messages show resetcode_empty\n" },
	{ "messages set", text_set,
	  "rekey messages set resetcode_empty message='Where is the code?' input=code\n" },
	{ "messages import", text_import,
	  "rekey messages export > messages.jsonl; rekey messages import messages.jsonl\n" },
	{ "messages export", NULL, "rekey messages export --app default > messages.jsonl\n" },
	{ "mail-templates list", NULL,
	  "rekey mail-templates list\nrekey mail-templates list --json\n" },
	{ "mail-templates show", NULL, "rekey mail-templates show reset_password\n" },
	{ "mail-templates set", text_set,
	  "rekey mail-templates set reset_password subject='Your new password for {{app}}'\n" },
	{ "mail-templates import", text_import,
	  "rekey mail-templates export > mails.jsonl; rekey mail-templates import mails.jsonl\n" },
	{ "mail-templates export", NULL, "rekey mail-templates export > mails.jsonl\n" },
	{ "content list", NULL, "rekey content list\nrekey content list --json\n" },
	{ "content show", NULL, "rekey content show content_strings/welcome\n" },
	{ "content set", content_set,
	  "rekey content set content_strings/welcome slug=home text='Welcome back'\n"
	  "rekey content set app_structure/menu label=Menu\n" },
	{ "content remove", NULL, "rekey content remove content_strings/welcome\n" },
	{ "content import", content_import,
	  "rekey content export > content.jsonl; rekey content import content.jsonl\n"
	  "printf 'id,slug,global,text\\n7,home,false,Hello\\n' | rekey content import - --table "
	  "content_strings\n" },
	{ "content export", NULL, "rekey content export --app default > content.jsonl\n" },
	{ "waitinglist list", waitinglist_list,
	  "rekey waitinglist list\nrekey waitinglist list --limit 10 --json\n" },
	{ "waitinglist remove", NULL, "rekey waitinglist remove frank@example.org\n" },
	{ "mail list", mail_list, "rekey mail list\nrekey mail list --json\n" },
	{ "mail show", NULL, "rekey mail show 1\n" },
	{ "mail retry", mail_retry, "rekey mail retry 1\nrekey mail retry --all --json\n" },
	{ "audit list", audit_list,
	  "rekey audit list --since 24h\n"
	  "rekey audit list --account ann@example.org --since 2026-11-01 --limit 50 --json\n" },
	{ "key rotate", key_rotate, "rekey key rotate\nrekey key rotate --json\n" },
	{ "key list", key_list, "rekey key list\nrekey key list --json\n" },
	{ "migrate", migrate, "rekey migrate\n" },
	{ "backup", backup,
	  "rekey backup /var/backups/rekey/$(date +%F).db\n"
	  "rekey backup /var/backups/rekey/now.db --json\n" },
	{ "copy", copy,
	  "rekey copy --from sqlite:/var/lib/rekey/rekey.db --to postgresql://rekey@db/rekey\n"
	  "rekey copy --from sqlite:/var/lib/rekey/rekey.db --to sqlite:copy.db --json\n" },
	{ "doctor", doctor, "rekey doctor\nrekey doctor --json\n" },
	{ "calibrate", calibrate,
	  "rekey calibrate\nrekey calibrate --target-ms 250 | tee -a /etc/rekey/rekey.conf\n" },
	{ "help", NULL, "rekey help\nrekey help account\nrekey help account add\n" },
};

const size_t n_manuals = COUNT_OF(manuals);
